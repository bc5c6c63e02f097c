package dev.dataspaces.provisioner.edc.launch;

import com.sun.net.httpserver.HttpServer;
import org.eclipse.edc.spi.monitor.Monitor;
import org.eclipse.edc.spi.system.configuration.ConfigFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(20)
class PrerequisiteTest {

    @Test
    void nothingIsWaitedForWithoutSettings() {
        assertEquals(List.of(), Prerequisite.of(ConfigFactory.empty()));
    }

    @Test
    void aVaultIsWaitedForUntilItIsInitialisedAndUnsealed() throws IOException {
        try (var server = new Answering(501, 503, 503, 200)) {
            var said = server.waitFor("edc.vault.hashicorp.url", server.address() + "/");
            assertEquals(List.of("/v1/sys/health", "/v1/sys/health", "/v1/sys/health", "/v1/sys/health"), server.paths);
            assertEquals(2, said.size(), "one line for each answer that is new: " + said);
            assertTrue(said.get(0).contains("unsealed vault") && said.get(0).endsWith("status 501"), said.get(0));
        }
    }

    @Test
    void aControlPlaneIsWaitedForUntilItServesItsControlApi() throws IOException {
        try (var server = new Answering(500, 404, 401)) {
            server.waitFor("edc.dpf.selector.url", server.address() + "/api/control/v1/dataplanes");
            assertEquals(3, server.paths.size());
        }
    }

    /** Gives these answers, one after the other. */
    private static final class Answering implements AutoCloseable {
        private final List<String> paths = new ArrayList<>();
        private final HttpServer server;

        private Answering(Integer... statuses) throws IOException {
            var left = new ConcurrentLinkedQueue<>(List.of(statuses));
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                paths.add(exchange.getRequestURI().getPath());
                exchange.sendResponseHeaders(left.remove(), -1);
                exchange.close();
            });
            server.start();
        }

        private String address() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        private List<String> waitFor(String setting, String value) {
            var said = new ArrayList<String>();
            Prerequisite.of(ConfigFactory.fromMap(Map.of(setting, value))).get(0).await(new Monitor() {
                @Override
                public void info(Supplier<String> supplier, Throwable... errors) {
                    said.add(supplier.get());
                }
            });
            return said;
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
