package dev.dataspaces.provisioner.edc.sts;

import org.eclipse.edc.runtime.metamodel.annotation.Setting;
import org.eclipse.edc.runtime.metamodel.annotation.Settings;

/** The settings of EDC's own remote client, by the same names. */
@Settings
record StsAccount(
        @Setting(key = "edc.iam.sts.oauth.token.url", description = "Token endpoint of the secure token service")
        String tokenUrl,
        @Setting(key = "edc.iam.sts.oauth.client.id", description = "Id of this participant's account there")
        String clientId,
        @Setting(key = "edc.iam.sts.oauth.client.secret.alias", description = "Name of its secret in the vault")
        String secretAlias) {
}
