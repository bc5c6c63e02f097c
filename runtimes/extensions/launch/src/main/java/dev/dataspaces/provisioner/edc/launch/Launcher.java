package dev.dataspaces.provisioner.edc.launch;

import org.eclipse.edc.boot.system.DependencyGraph;
import org.eclipse.edc.boot.system.ExtensionLoader;
import org.eclipse.edc.boot.system.ServiceLocatorImpl;
import org.eclipse.edc.boot.system.runtime.BaseRuntime;
import org.eclipse.edc.spi.monitor.Monitor;
import org.eclipse.edc.spi.system.ServiceExtension;
import org.eclipse.edc.spi.system.ServiceExtensionContext;

import java.util.ArrayList;

/**
 * Main class of all three runtimes. Beside what EDC's own does, it waits for the vault and for the control plane instead
 * of failing without them, leaves the vault in memory when none is configured, is not ready before it has started, and
 * ends when it cannot start.
 */
public class Launcher extends BaseRuntime {

    private final String[] arguments;
    private volatile boolean started;

    Launcher(String... arguments) {
        this.arguments = arguments.clone();
    }

    /** Arguments are those of EDC: {@code --log-level=INFO}, {@code --no-color}. */
    public static void main(String[] arguments) {
        var launcher = new Launcher(arguments);
        try {
            launcher.boot(true);
        } catch (Throwable cause) {
            System.err.println("The runtime did not start: " + cause.getMessage());
            // Servers that are up already would keep the process alive, and it would never become ready.
            System.exit(1);
        }
    }

    @Override
    protected Monitor createMonitor() {
        return new ExtensionLoader(new ServiceLocatorImpl()).loadMonitor(arguments);
    }

    @Override
    protected DependencyGraph buildDependencyGraph(ServiceExtensionContext context) {
        var config = context.getConfig();
        for (var prerequisite : Prerequisite.of(config)) {
            prerequisite.await(monitor);
        }
        var extensions = new ArrayList<>(new ServiceLocatorImpl().loadImplementors(ServiceExtension.class, true));
        extensions.removeIf(extension -> VaultChoice.leavesOut(extension, config));
        extensions.add(new StartedReadiness(() -> started));
        return DependencyGraph.of(context, extensions);
    }

    @Override
    protected void bootExtensions(ServiceExtensionContext context, DependencyGraph graph) {
        super.bootExtensions(context, graph);
        started = true;
    }
}
