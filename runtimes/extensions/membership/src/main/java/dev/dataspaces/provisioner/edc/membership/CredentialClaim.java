package dev.dataspaces.provisioner.edc.membership;

import org.eclipse.edc.iam.verifiablecredentials.spi.model.CredentialSubject;
import org.eclipse.edc.iam.verifiablecredentials.spi.model.VerifiableCredential;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * What a policy can ask for: a left operand, and the claim of a credential that answers it.
 *
 * @param operand        as policies write it, without a namespace
 * @param credentialType the type of the credential that has the claim
 * @param claim          its name in the credential's subject
 */
record CredentialClaim(String operand, String credentialType, String claim) {

    static final CredentialClaim MEMBERSHIP = new CredentialClaim("MembershipCredential", "MembershipCredential", "membership");
    static final CredentialClaim DATA_ACCESS = new CredentialClaim("DataAccess.level", "DataProcessorCredential", "level");
    static final Set<CredentialClaim> ALL = Set.of(MEMBERSHIP, DATA_ACCESS);

    /** What a participant's control plane has to ask for, and another's identity hub gives out, to see such a credential. */
    String scope() {
        return "org.eclipse.edc.vc.type:" + credentialType + ":read";
    }

    /** Whether one of the credentials says so. DCP has verified them before: signature, issuer, holder, validity, revocation. */
    boolean isStatedBy(Collection<VerifiableCredential> credentials, String wanted, Instant now) {
        return credentials.stream()
                .filter(credential -> credential.getType().stream().anyMatch(this::isType))
                .flatMap(credential -> credential.getCredentialSubject().stream())
                .anyMatch(subject -> states(subject, wanted, now));
    }

    /** Credentials with a JSON-LD proof name their types in full. */
    private boolean isType(String type) {
        return type.equals(credentialType) || type.endsWith("/" + credentialType) || type.endsWith("#" + credentialType);
    }

    private boolean states(CredentialSubject subject, String wanted, Instant now) {
        var value = subject.getClaims().entrySet().stream()
                .filter(entry -> entry.getKey().equals(claim) || entry.getKey().endsWith("/" + claim) || entry.getKey().endsWith("#" + claim))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
        // The membership of some dataspaces is an object that says since when.
        if (value instanceof Map<?, ?> membership) {
            return "active".equals(wanted) && hasBegun(membership.get("since"), now);
        }
        return wanted.equals(value);
    }

    private static boolean hasBegun(Object since, Instant now) {
        try {
            return !OffsetDateTime.parse(String.valueOf(since)).toInstant().isAfter(now);
        } catch (DateTimeException notADate) {
            return false;
        }
    }
}
