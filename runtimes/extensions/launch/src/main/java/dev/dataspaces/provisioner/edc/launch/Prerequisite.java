package dev.dataspaces.provisioner.edc.launch;

import org.eclipse.edc.spi.EdcException;
import org.eclipse.edc.spi.monitor.Monitor;
import org.eclipse.edc.spi.system.configuration.Config;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * What must answer before the runtime starts. Without its vault a runtime fails at its start, or never renews its token;
 * without the control plane a data plane stays unregistered for ever.
 */
record Prerequisite(String what, URI address, IntPredicate satisfied) {

    private static final int PAUSE_MS = 250;
    private static final int TIMEOUT_MS = 5_000;

    static List<Prerequisite> of(Config config) {
        var found = new ArrayList<Prerequisite>();
        var vault = config.getString(VaultChoice.URL, "");
        if (!vault.isBlank()) {
            var address = URI.create(vault.replaceAll("/+$", "") + "/v1/sys/health?standbyok=true&perfstandbyok=true");
            found.add(new Prerequisite("an unsealed vault", address, status -> status == 200));
        }
        var selector = config.getString("edc.dpf.selector.url", "");
        if (!selector.isBlank()) {
            // A caller that is not let in has reached it all the same.
            found.add(new Prerequisite("the control plane", URI.create(selector),
                    status -> status < 400 || status == 401 || status == 403));
        }
        return found;
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

    /** Null when satisfied, else what was seen. */
    private String ask() {
        try {
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
        } catch (IOException unreachable) {
            return String.valueOf(unreachable.getMessage());
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
