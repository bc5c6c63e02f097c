package dev.dataspaces.provisioner.edc.sts;

import org.eclipse.edc.iam.decentralizedclaims.spi.SecureTokenService;
import org.eclipse.edc.iam.oauth2.spi.client.Oauth2Client;
import org.eclipse.edc.iam.oauth2.spi.client.SharedSecretOauth2CredentialsRequest;
import org.eclipse.edc.spi.iam.TokenRepresentation;
import org.eclipse.edc.spi.result.Result;
import org.eclipse.edc.spi.security.Vault;

import java.util.HashMap;
import java.util.Map;

/** Gets self-issued tokens from the token endpoint of an identity hub, with a secret that is read anew for each. */
class StsClient implements SecureTokenService {

    /** Claims that the token endpoint takes as parameters of other names; it sets all others itself. */
    private static final Map<String, String> PARAMETERS = Map.of("aud", "audience", "token", "token");

    private final Oauth2Client oauth2;
    private final Vault vault;
    private final StsAccount account;

    StsClient(Oauth2Client oauth2, Vault vault, StsAccount account) {
        this.oauth2 = oauth2;
        this.vault = vault;
        this.account = account;
    }

    @Override
    public Result<TokenRepresentation> createToken(String participantContextId, Map<String, Object> claims, String scope) {
        var secret = vault.resolveSecret(participantContextId, account.secretAlias());
        if (secret == null) {
            return Result.failure("The vault has no entry '%s': the secret of this participant's token account was not handed over"
                    .formatted(account.secretAlias()));
        }
        var parameters = new HashMap<String, Object>();
        PARAMETERS.forEach((claim, parameter) -> {
            if (claims.get(claim) != null) {
                parameters.put(parameter, claims.get(claim));
            }
        });
        if (scope != null) {
            parameters.put("bearer_access_scope", scope);
        }
        return oauth2.requestToken(SharedSecretOauth2CredentialsRequest.Builder.newInstance()
                .url(account.tokenUrl())
                .grantType("client_credentials")
                .clientId(account.clientId())
                .clientSecret(secret)
                .params(parameters)
                .build());
    }
}
