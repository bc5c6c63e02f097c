package dev.dataspaces.provisioner.edc.testing;

import org.eclipse.edc.boot.system.ServiceLocator;
import org.eclipse.edc.boot.system.ServiceLocatorImpl;
import org.eclipse.edc.boot.system.runtime.BaseRuntime;
import org.eclipse.edc.spi.system.ConfigurationExtension;
import org.eclipse.edc.spi.system.configuration.Config;
import org.eclipse.edc.spi.system.configuration.ConfigFactory;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A runtime of all that is on the class path, in this process, on free ports of loopback. */
public final class RunningRuntime implements AutoCloseable {

    private final Map<String, Integer> ports = new ConcurrentHashMap<>();
    private final BaseRuntime runtime;
    private final Running running;

    /** @param webContexts names such as {@code management}; each gets a port of its own and the path {@code /NAME} */
    public RunningRuntime(List<String> webContexts, Map<String, String> settings) {
        var all = new ConcurrentHashMap<>(settings);
        var free = freePorts(webContexts.size() + 1).iterator();
        open("", "web.http", free.next(), all);
        webContexts.forEach(name -> open(name, "web.http." + name, free.next(), all));
        running = new Running(new ConfiguredLocator(all));
        runtime = running;
        runtime.boot(false);
    }

    private void open(String name, String prefix, int port, Map<String, String> settings) {
        ports.put(name, port);
        settings.put(prefix + ".port", String.valueOf(port));
        settings.put(prefix + ".path", "/" + name);
    }

    public URI address(String webContext) {
        return URI.create("http://127.0.0.1:%d/%s".formatted(ports.get(webContext), webContext));
    }

    /** A service of the runtime, by its type. */
    public <T> T service(Class<T> type) {
        return running.service(type);
    }

    /** @param body null for none */
    public HttpResponse<String> send(String method, String webContext, String path, String apiKey, String body) {
        var request = HttpRequest.newBuilder(URI.create(address(webContext) + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("content-type", "application/json")
                .header("x-api-key", apiKey)
                .build();
        try {
            return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Override
    public void close() {
        runtime.shutdown();
    }

    /** All different: one that is given back at once can be given out again. */
    private static List<Integer> freePorts(int count) {
        var sockets = new ArrayList<ServerSocket>();
        try {
            try {
                while (sockets.size() < count) {
                    sockets.add(new ServerSocket(0));
                }
                return sockets.stream().map(ServerSocket::getLocalPort).toList();
            } finally {
                for (var socket : sockets) {
                    socket.close();
                }
            }
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static final class Running extends BaseRuntime {
        private Running(ServiceLocator locator) {
            super(locator);
        }

        private <T> T service(Class<T> type) {
            return context.getService(type);
        }
    }

    /** Adds the settings to what is found on the class path. */
    private static final class ConfiguredLocator implements ServiceLocator {
        private final ServiceLocator classPath = new ServiceLocatorImpl();
        private final Map<String, String> settings;

        private ConfiguredLocator(Map<String, String> settings) {
            this.settings = settings;
        }

        @Override
        public <T> List<T> loadImplementors(Class<T> type, boolean required) {
            var found = new ArrayList<>(classPath.loadImplementors(type, required && type != ConfigurationExtension.class));
            if (type == ConfigurationExtension.class) {
                found.add(type.cast(new Settings(ConfigFactory.fromMap(settings))));
            }
            return found;
        }

        @Override
        public <T> T loadSingletonImplementor(Class<T> type, boolean required) {
            return classPath.loadSingletonImplementor(type, required);
        }
    }

    private record Settings(Config config) implements ConfigurationExtension {
        @Override
        public Config getConfig() {
            return config;
        }
    }
}
