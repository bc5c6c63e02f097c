package dev.dataspaces.provisioner.edc.launch;

import com.sun.net.httpserver.HttpServer;
import org.eclipse.edc.spi.monitor.Monitor;
import org.eclipse.edc.spi.system.configuration.ConfigFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.logging.Logger;

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

    @Test
    void aDatabaseIsWaitedForUntilItTakesConnections() throws Exception {
        var driver = new TestDriver();
        DriverManager.registerDriver(driver);
        try (var listening = new ServerSocket()) {
            var free = freePort();
            var said = Collections.synchronizedList(new ArrayList<String>());
            var waiting = CompletableFuture.supplyAsync(
                    () -> waitFor("edc.datasource.default.url", "jdbc:test://127.0.0.1:" + free + "/controlplane", said));
            while (said.isEmpty()) {
                Thread.onSpinWait();
            }
            assertTrue(said.get(0).startsWith("Waiting for the database at test://127.0.0.1:"), said.get(0));
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), free));
            assertEquals(1, waiting.get().size());
        } finally {
            DriverManager.deregisterDriver(driver);
        }
    }

    @Test
    void noDatabaseIsWaitedForByARuntimeThatCouldNotUseIt() {
        var settings = Map.of("edc.datasource.default.url", "jdbc:unknown://127.0.0.1:1/identityhub");
        assertEquals(List.of(), Prerequisite.of(ConfigFactory.fromMap(settings)));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static List<String> waitFor(String setting, String value, List<String> said) {
        Prerequisite.of(ConfigFactory.fromMap(Map.of(setting, value))).get(0).await(new Monitor() {
            @Override
            public void info(Supplier<String> supplier, Throwable... errors) {
                said.add(supplier.get());
            }
        });
        return said;
    }

    /** Of databases whose addresses begin with {@code jdbc:test:}; never connects. */
    private static final class TestDriver implements Driver {
        @Override
        public Connection connect(String url, Properties info) {
            return null;
        }

        @Override
        public boolean acceptsURL(String url) {
            return url.startsWith("jdbc:test:");
        }

        @Override
        public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
            return new DriverPropertyInfo[0];
        }

        @Override
        public int getMajorVersion() {
            return 1;
        }

        @Override
        public int getMinorVersion() {
            return 0;
        }

        @Override
        public boolean jdbcCompliant() {
            return false;
        }

        @Override
        public Logger getParentLogger() {
            return Logger.getGlobal();
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
            return PrerequisiteTest.waitFor(setting, value, new ArrayList<>());
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
