package dev.dataspaces.provisioner.edc.membership;

import org.eclipse.edc.connector.controlplane.catalog.spi.policy.CatalogPolicyContext;
import org.eclipse.edc.connector.controlplane.contract.spi.policy.ContractNegotiationPolicyContext;
import org.eclipse.edc.connector.controlplane.contract.spi.policy.TransferProcessPolicyContext;
import org.eclipse.edc.iam.decentralizedclaims.spi.scope.ScopeExtractorRegistry;
import org.eclipse.edc.participant.spi.ParticipantAgentPolicyContext;
import org.eclipse.edc.policy.context.request.spi.RequestCatalogPolicyContext;
import org.eclipse.edc.policy.context.request.spi.RequestContractNegotiationPolicyContext;
import org.eclipse.edc.policy.context.request.spi.RequestPolicyContext;
import org.eclipse.edc.policy.context.request.spi.RequestTransferProcessPolicyContext;
import org.eclipse.edc.policy.engine.spi.PolicyEngine;
import org.eclipse.edc.policy.engine.spi.RuleBindingRegistry;
import org.eclipse.edc.policy.model.Duty;
import org.eclipse.edc.policy.model.Permission;
import org.eclipse.edc.runtime.metamodel.annotation.Inject;
import org.eclipse.edc.runtime.metamodel.annotation.Setting;
import org.eclipse.edc.spi.system.ServiceExtension;
import org.eclipse.edc.spi.system.ServiceExtensionContext;

import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import static org.eclipse.edc.jsonld.spi.PropertyAndTypeNames.ODRL_USE_ACTION_ATTRIBUTE;
import static org.eclipse.edc.spi.constants.CoreConstants.EDC_NAMESPACE;

/**
 * Puts policies about credentials in force: asks for the credentials that they need, and judges them. EDC drops, without a
 * word, every rule and constraint that nothing is bound to, so that a policy nobody understands lets everybody through.
 */
public class MembershipExtension implements ServiceExtension {

    private static final List<String> SCOPES = List.of(CatalogPolicyContext.CATALOG_SCOPE,
            ContractNegotiationPolicyContext.NEGOTIATION_SCOPE, TransferProcessPolicyContext.TRANSFER_SCOPE);

    @Setting(key = "edc.iam.dcp.scopes.default", defaultValue = "org.eclipse.edc.vc.type:MembershipCredential:read",
            description = "Scopes of every request to another participant and of every answer to one, separated by spaces")
    private String defaultScopes;

    @Inject
    private PolicyEngine policies;
    @Inject
    private RuleBindingRegistry bindings;
    @Inject
    private ScopeExtractorRegistry scopes;
    @Inject
    private Clock clock;

    @Override
    public String name() {
        return "Policies about credentials";
    }

    @Override
    public void initialize(ServiceExtensionContext context) {
        askAlwaysFor(RequestCatalogPolicyContext.class);
        askAlwaysFor(RequestContractNegotiationPolicyContext.class);
        askAlwaysFor(RequestTransferProcessPolicyContext.class);
        scopes.registerScopeExtractor((operand, operator, value, request) -> CredentialClaim.ALL.stream()
                .filter(claim -> spellings(claim).contains(String.valueOf(operand)))
                .map(CredentialClaim::scope)
                .collect(Collectors.toSet()));
        SCOPES.forEach(scope -> bindings.bind(ODRL_USE_ACTION_ATTRIBUTE, scope));
        CredentialClaim.ALL.forEach(this::judge);
    }

    private <C extends RequestPolicyContext> void askAlwaysFor(Class<C> contextType) {
        var always = Set.of(defaultScopes.trim().split("\\s+"));
        policies.registerPreValidator(contextType, (policy, context) -> {
            always.forEach(context.requestScopeBuilder()::scope);
            return true;
        });
    }

    private void judge(CredentialClaim claim) {
        for (var operand : spellings(claim)) {
            SCOPES.forEach(scope -> bindings.bind(operand, scope));
            policies.registerFunction(ParticipantAgentPolicyContext.class, Permission.class, operand, new ClaimConstraint<>(claim, clock));
            policies.registerFunction(ParticipantAgentPolicyContext.class, Duty.class, operand, new ClaimConstraint<>(claim, clock));
        }
    }

    /** How a left operand reads after JSON-LD depends on the context that the policy came with. */
    private static Set<String> spellings(CredentialClaim claim) {
        return Set.of(claim.operand(), EDC_NAMESPACE + claim.operand());
    }
}
