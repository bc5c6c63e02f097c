package dev.dataspaces.provisioner.edc.membership;

import dev.dataspaces.provisioner.edc.testing.RunningRuntime;
import org.eclipse.edc.connector.controlplane.catalog.spi.policy.CatalogPolicyContext;
import org.eclipse.edc.connector.controlplane.contract.spi.policy.ContractNegotiationPolicyContext;
import org.eclipse.edc.iam.verifiablecredentials.spi.model.CredentialSubject;
import org.eclipse.edc.iam.verifiablecredentials.spi.model.Issuer;
import org.eclipse.edc.iam.verifiablecredentials.spi.model.VerifiableCredential;
import org.eclipse.edc.participant.spi.ParticipantAgent;
import org.eclipse.edc.policy.context.request.spi.RequestCatalogPolicyContext;
import org.eclipse.edc.policy.engine.spi.PolicyEngine;
import org.eclipse.edc.policy.model.Action;
import org.eclipse.edc.policy.model.AtomicConstraint;
import org.eclipse.edc.policy.model.Duty;
import org.eclipse.edc.policy.model.LiteralExpression;
import org.eclipse.edc.policy.model.Operator;
import org.eclipse.edc.policy.model.Permission;
import org.eclipse.edc.policy.model.Policy;
import org.eclipse.edc.spi.iam.RequestScope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** On the policy engine of a real control plane. */
class MembershipExtensionTest {

    private static final String EDC = "https://w3id.org/edc/v0.0.1/ns/";
    private static final String MEMBERSHIP_SCOPE = "org.eclipse.edc.vc.type:MembershipCredential:read";
    private static RunningRuntime controlPlane;
    private static PolicyEngine policies;

    @BeforeAll
    static void open() {
        controlPlane = new RunningRuntime(List.of("management", "protocol", "control"), Map.of(
                "edc.participant.id", "did:web:acme",
                "edc.iam.sts.oauth.token.url", "http://127.0.0.1:9/token",
                "edc.iam.sts.oauth.client.id", "did:web:acme",
                "edc.iam.sts.oauth.client.secret.alias", "acme"));
        policies = controlPlane.service(PolicyEngine.class);
    }

    @AfterAll
    static void close() {
        controlPlane.close();
    }

    @Test
    void anActiveMemberMayAndNobodyElse() {
        assertTrue(mayNegotiate(membership(Operator.EQ, "active"), credential("MembershipCredential", "membership", "active")));
        assertFalse(mayNegotiate(membership(Operator.EQ, "active"), credential("MembershipCredential", "membership", "suspended")));
        assertFalse(mayNegotiate(membership(Operator.EQ, "active"), credential("OtherCredential", "membership", "active")));
        assertFalse(mayNegotiate(membership(Operator.EQ, "active")));
    }

    @Test
    void aMembershipThatIsAnObjectIsActiveFromItsDate() {
        var policy = membership(Operator.EQ, "active");
        var past = Map.of("since", "2023-01-01T00:00:00Z");
        var future = Map.of("since", Instant.now().plusSeconds(3600).toString());
        assertTrue(mayNegotiate(policy, credential("MembershipCredential", "membership", past)));
        assertFalse(mayNegotiate(policy, credential("MembershipCredential", "membership", future)));
        assertFalse(mayNegotiate(policy, credential("MembershipCredential", "membership", Map.of())));
    }

    @Test
    void credentialsWithNamesInFullAreUnderstood() {
        var full = credential("https://w3id.org/catenax/credentials/MembershipCredential", "https://example.org/ns#membership", "active");
        assertTrue(mayNegotiate(membership(Operator.EQ, "active"), full));
    }

    @Test
    void aConstraintIsKnownWithAndWithoutNamespace() {
        var credential = credential("MembershipCredential", "membership", "active");
        assertTrue(mayNegotiate(permission("MembershipCredential", Operator.EQ, "active"), credential));
        assertFalse(mayNegotiate(permission("MembershipCredential", Operator.EQ, "active")));
    }

    @Test
    void theCatalogueIsJudgedLikeANegotiation() {
        var policy = membership(Operator.EQ, "active");
        assertTrue(policies.evaluate(policy, new CatalogPolicyContext(agent(credential("MembershipCredential", "membership", "active")))).succeeded());
        assertFalse(policies.evaluate(policy, new CatalogPolicyContext(agent())).succeeded());
    }

    @Test
    void anObligationAsksForTheLevelOfDataAccess() {
        var policy = Policy.Builder.newInstance()
                .duty(Duty.Builder.newInstance().action(use()).constraint(constraint(EDC + "DataAccess.level", Operator.EQ, "processing")).build())
                .build();
        assertTrue(policies.validate(policy).succeeded());
        assertTrue(mayNegotiate(policy, credential("DataProcessorCredential", "level", "processing")));
        assertFalse(mayNegotiate(policy, credential("DataProcessorCredential", "level", "sensitive")));
        assertFalse(mayNegotiate(policy));
    }

    @Test
    void whatCouldNeverBeFulfilledIsRefusedWhenItIsMade() {
        assertTrue(policies.validate(membership(Operator.EQ, "active")).succeeded());
        var other = policies.validate(membership(Operator.GT, "active"));
        assertTrue(other.getFailureDetail().contains("can be compared with eq only"), other.getFailureDetail());
        assertTrue(policies.validate(permission(EDC + "Unknown", Operator.EQ, "x")).failed());
    }

    @Test
    void everyRequestAsksForTheMembershipAndSomeForMore() {
        assertEquals(Set.of(MEMBERSHIP_SCOPE), scopesOf(Policy.Builder.newInstance().build()));
        assertEquals(Set.of(MEMBERSHIP_SCOPE, "org.eclipse.edc.vc.type:DataProcessorCredential:read"),
                scopesOf(permission(EDC + "DataAccess.level", Operator.EQ, "processing")));
    }

    private static Set<String> scopesOf(Policy policy) {
        var scopes = RequestScope.Builder.newInstance();
        policies.evaluate(policy, new RequestCatalogPolicyContext(null, scopes));
        return Set.copyOf(scopes.build().getScopes());
    }

    private static boolean mayNegotiate(Policy policy, VerifiableCredential... credentials) {
        return policies.evaluate(policy, new ContractNegotiationPolicyContext(agent(credentials))).succeeded();
    }

    private static ParticipantAgent agent(VerifiableCredential... credentials) {
        return new ParticipantAgent("did:web:other", Map.of("vc", List.of(credentials)), Map.of());
    }

    private static Policy membership(Operator operator, String value) {
        return permission(EDC + "MembershipCredential", operator, value);
    }

    private static Policy permission(String operand, Operator operator, String value) {
        var permission = Permission.Builder.newInstance().action(use()).constraint(constraint(operand, operator, value)).build();
        return Policy.Builder.newInstance().permission(permission).build();
    }

    private static AtomicConstraint constraint(String operand, Operator operator, String value) {
        return AtomicConstraint.Builder.newInstance()
                .leftExpression(new LiteralExpression(operand))
                .operator(operator)
                .rightExpression(new LiteralExpression(value))
                .build();
    }

    private static Action use() {
        return Action.Builder.newInstance().type("http://www.w3.org/ns/odrl/2/use").build();
    }

    /** EDC's builder comes as a raw type. */
    @SuppressWarnings("unchecked")
    private static VerifiableCredential credential(String type, String claim, Object value) {
        return VerifiableCredential.Builder.newInstance()
                .types(List.of("VerifiableCredential", type))
                .issuer(new Issuer("did:web:issuer", Map.of()))
                .issuanceDate(Instant.EPOCH)
                .credentialSubject(CredentialSubject.Builder.newInstance().id("did:web:other").claim(claim, value).build())
                .build();
    }
}
