package dev.dataspaces.provisioner.edc.superuser;

import dev.dataspaces.provisioner.edc.testing.RunningRuntime;
import org.eclipse.edc.spi.EdcException;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** On a real identity hub. */
class SuperUserExtensionTest {

    private static final List<String> CONTEXTS = List.of("identity", "credentials", "did", "sts");
    private static final String KEY = "c3VwZXItdXNlcg==.secret";
    private static final String LIST = "/v1alpha/participants";

    @Test
    void whoHasTheConfiguredKeyMayListAllParticipants() {
        try (var hub = new RunningRuntime(CONTEXTS, Map.of("edc.ih.api.superuser.key", KEY))) {
            var answer = hub.send("GET", "identity", LIST, KEY, null);
            assertEquals(200, answer.statusCode(), answer.body());
            assertTrue(answer.body().contains("\"super-user\""), answer.body());
            assertEquals(401, hub.send("GET", "identity", LIST, KEY + "x", null).statusCode());
        }
    }

    @Test
    void anIdOfOnesOwnChangesTheBeginningOfTheKey() {
        var settings = Map.of("edc.ih.api.superuser.id", "root", "edc.ih.api.superuser.key", "cm9vdA==.secret");
        try (var hub = new RunningRuntime(CONTEXTS, settings)) {
            assertEquals(200, hub.send("GET", "identity", LIST, "cm9vdA==.secret", null).statusCode());
        }
    }

    @Test
    void aKeyThatTheHubCouldNotReadIsRefusedAndNotShown() {
        var settings = Map.of("edc.ih.api.superuser.key", "not-base64-of-the-id.secret");
        var refused = assertThrows(EdcException.class, () -> new RunningRuntime(CONTEXTS, settings));
        var message = refused.getMessage();
        assertTrue(message.contains("edc.ih.api.superuser.key must be 'c3VwZXItdXNlcg==.'"), message);
        assertTrue(!message.contains("secret."), message);
        assertTrue(!message.contains("not-base64-of-the-id"), message);
    }
}
