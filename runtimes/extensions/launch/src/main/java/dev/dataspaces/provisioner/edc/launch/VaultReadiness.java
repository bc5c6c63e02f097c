package dev.dataspaces.provisioner.edc.launch;

import org.eclipse.edc.runtime.metamodel.annotation.Inject;
import org.eclipse.edc.spi.system.ServiceExtension;
import org.eclipse.edc.spi.system.ServiceExtensionContext;
import org.eclipse.edc.spi.system.health.HealthCheckResult;
import org.eclipse.edc.spi.system.health.HealthCheckService;
import org.eclipse.edc.vault.hashicorp.client.HashicorpVaultHealthService;

/** A runtime whose vault is sealed or away takes no traffic; it stays alive. */
public class VaultReadiness implements ServiceExtension {

    private static final String NAME = "Vault";

    @Inject
    private HealthCheckService health;
    @Inject
    private HashicorpVaultHealthService vault;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void initialize(ServiceExtensionContext context) {
        health.addReadinessProvider(this::look);
    }

    private HealthCheckResult look() {
        var answer = vault.doHealthCheck();
        return HealthCheckResult.Builder.newInstance()
                .component(NAME)
                .success(answer.succeeded(), answer.failed() ? answer.getFailureDetail() : "")
                .build();
    }
}
