package dev.dataspaces.provisioner.edc.sts;

import org.eclipse.edc.iam.decentralizedclaims.spi.SecureTokenService;
import org.eclipse.edc.iam.oauth2.spi.client.Oauth2Client;
import org.eclipse.edc.runtime.metamodel.annotation.Configuration;
import org.eclipse.edc.runtime.metamodel.annotation.Inject;
import org.eclipse.edc.runtime.metamodel.annotation.Provider;
import org.eclipse.edc.spi.security.Vault;
import org.eclipse.edc.spi.system.ServiceExtension;

/** Stands in for EDC's decentralized-claims-sts-remote-client, which the artifact repository does not have at 0.15.1. */
public class StsClientExtension implements ServiceExtension {

    @Configuration
    private StsAccount account;
    @Inject
    private Oauth2Client oauth2;
    @Inject
    private Vault vault;

    @Override
    public String name() {
        return "Client of the secure token service";
    }

    @Provider
    public SecureTokenService secureTokenService() {
        return new StsClient(oauth2, vault, account);
    }
}
