package dev.dataspaces.provisioner.edc.membership;

import org.eclipse.edc.iam.verifiablecredentials.spi.model.VerifiableCredential;
import org.eclipse.edc.participant.spi.ParticipantAgent;
import org.eclipse.edc.participant.spi.ParticipantAgentPolicyContext;
import org.eclipse.edc.policy.engine.spi.AtomicConstraintRuleFunction;
import org.eclipse.edc.policy.model.Operator;
import org.eclipse.edc.policy.model.Rule;
import org.eclipse.edc.spi.result.Result;

import java.time.Clock;
import java.util.Collection;
import java.util.List;

/** Judges a constraint by the credentials that the other participant has presented. */
class ClaimConstraint<R extends Rule> implements AtomicConstraintRuleFunction<R, ParticipantAgentPolicyContext> {

    /** Where EDC's DCP keeps the verified credentials among the claims of a participant. */
    private static final String CREDENTIALS = "vc";

    private final CredentialClaim claim;
    private final Clock clock;

    ClaimConstraint(CredentialClaim claim, Clock clock) {
        this.claim = claim;
        this.clock = clock;
    }

    @Override
    public boolean evaluate(Operator operator, Object wanted, R rule, ParticipantAgentPolicyContext context) {
        var allowed = validate(operator, wanted, rule);
        if (allowed.failed()) {
            context.reportProblem(allowed.getFailureDetail());
            return false;
        }
        var stated = claim.isStatedBy(credentialsOf(context.participantAgent()), wanted.toString(), clock.instant());
        if (!stated) {
            context.reportProblem("No %s of the other participant says that %s is '%s'"
                    .formatted(claim.credentialType(), claim.claim(), wanted));
        }
        return stated;
    }

    /** So that a policy which could never be fulfilled is refused when it is made. */
    @Override
    public Result<Void> validate(Operator operator, Object wanted, R rule) {
        if (operator != Operator.EQ) {
            return Result.failure("'%s' can be compared with eq only, not with %s".formatted(claim.operand(), operator));
        }
        return wanted == null ? Result.failure("'%s' is compared with nothing".formatted(claim.operand())) : Result.success();
    }

    private static Collection<VerifiableCredential> credentialsOf(ParticipantAgent agent) {
        return agent.getClaims().get(CREDENTIALS) instanceof Collection<?> found
                ? found.stream().filter(VerifiableCredential.class::isInstance).map(VerifiableCredential.class::cast).toList()
                : List.of();
    }
}
