package dev.dataspaces.provisioner.edc.launch;

import org.eclipse.edc.spi.EdcException;
import org.eclipse.edc.spi.monitor.Monitor;
import org.eclipse.edc.spi.system.configuration.Config;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * What must answer before the runtime starts. Without its vault a runtime fails at its start, or never renews its token;
 * without its database it fails, too, and in a new participant it is nearly always the first to be there; without the
 * control plane a data plane stays unregistered for ever.
 */
record Prerequisite(String what, URI address, Question question) {

    /** Null when satisfied, else what was seen. */
    interface Question {
        String ask(URI address) throws IOException;
    }

    private static final String DATABASE = "edc.datasource.default.url";
    private static final String JDBC = "jdbc:";

    private static final int PAUSE_MS = 250;
    private static final int TIMEOUT_MS = 5_000;

    static List<Prerequisite> of(Config config) {
        var found = new ArrayList<Prerequisite>();
        var vault = config.getString(VaultChoice.URL, "");
        if (!vault.isBlank()) {
            var address = URI.create(vault.replaceAll("/+$", "") + "/v1/sys/health?standbyok=true&perfstandbyok=true");
            found.add(new Prerequisite("an unsealed vault", address, status(status -> status == 200)));
        }
        var database = config.getString(DATABASE, "");
        if (isUsed(database)) {
            found.add(new Prerequisite("the database", URI.create(database.substring(JDBC.length())), Prerequisite::connect));
        }
        var selector = config.getString("edc.dpf.selector.url", "");
        if (!selector.isBlank()) {
            // A caller that is not let in has reached it all the same.
            found.add(new Prerequisite("the control plane", URI.create(selector),
                    status(status -> status < 400 || status == 401 || status == 403)));
        }
        return found;
    }

    /** A runtime without stores in a database has no driver, and does not look at the setting. */
    private static boolean isUsed(String database) {
        try {
            return database.startsWith(JDBC) && DriverManager.getDriver(database) != null;
        } catch (SQLException noDriver) {
            return false;
        }
    }

    /** Waits without end: whoever started the process knows how long that may take. Says whenever the answer changes. */
    void await(Monitor monitor) {
        var last = "";
        while (true) {
            var answer = ask();
            if (answer == null) {
                return;
            }
            if (!answer.equals(last)) {
                monitor.info("Waiting for %s at %s: %s".formatted(what, address, answer));
                last = answer;
            }
            pause();
        }
    }

    private String ask() {
        try {
            return question.ask(address);
        } catch (IOException unreachable) {
            return String.valueOf(unreachable.getMessage());
        }
    }

    private static Question status(IntPredicate satisfied) {
        return address -> {
            var connection = (HttpURLConnection) address.toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MS);
            connection.setReadTimeout(TIMEOUT_MS);
            connection.setInstanceFollowRedirects(false);
            try {
                var status = connection.getResponseCode();
                return satisfied.test(status) ? null : "status " + status;
            } finally {
                connection.disconnect();
            }
        };
    }

    private static String connect(URI address) throws IOException {
        var place = new InetSocketAddress(address.getHost(), address.getPort());
        if (place.isUnresolved()) {
            return "unknown host " + address.getHost();
        }
        try (var socket = new Socket()) {
            socket.connect(place, TIMEOUT_MS);
            return null;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new EdcException(interrupted);
        }
    }
}
