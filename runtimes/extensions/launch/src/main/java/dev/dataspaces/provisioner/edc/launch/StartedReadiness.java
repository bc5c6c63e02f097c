package dev.dataspaces.provisioner.edc.launch;

import org.eclipse.edc.runtime.metamodel.annotation.Inject;
import org.eclipse.edc.spi.system.ServiceExtension;
import org.eclipse.edc.spi.system.ServiceExtensionContext;
import org.eclipse.edc.spi.system.health.HealthCheckResult;
import org.eclipse.edc.spi.system.health.HealthCheckService;

import java.util.function.BooleanSupplier;

/** Readiness waits until every extension has started: EDC says ready while some APIs still answer 404 or 401. */
class StartedReadiness implements ServiceExtension {

    private static final String NAME = "Start of all extensions";

    private final BooleanSupplier started;

    @Inject
    private HealthCheckService health;

    StartedReadiness(BooleanSupplier started) {
        this.started = started;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void initialize(ServiceExtensionContext context) {
        health.addReadinessProvider(() -> HealthCheckResult.Builder.newInstance()
                .component(NAME)
                .success(started.getAsBoolean(), "still starting")
                .build());
    }
}
