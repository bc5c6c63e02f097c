package dev.dataspaces.provisioner.edc.secrets;

import dev.dataspaces.provisioner.edc.testing.RunningRuntime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** On a real control plane, without its database. */
class SecretsApiTest {

    private static final String PATH = "/v3/secrets";
    private static RunningRuntime controlPlane;

    @BeforeAll
    static void open() {
        controlPlane = new RunningRuntime(List.of("management", "protocol", "control"), Map.of(
                "edc.participant.id", "did:web:acme",
                "edc.participant.context.id", "acme",
                "edc.iam.sts.oauth.token.url", "http://127.0.0.1:9/token",
                "edc.iam.sts.oauth.client.id", "did:web:acme",
                "edc.iam.sts.oauth.client.secret.alias", "acme",
                "web.http.management.auth.type", "tokenbased",
                "web.http.management.auth.key", "key"));
    }

    @AfterAll
    static void close() {
        controlPlane.close();
    }

    @Test
    void aSecretIsMadeReadChangedAndDeleted() {
        var made = send("POST", "", secret("one", "first"));
        assertEquals(200, made.statusCode(), made.body());
        assertTrue(made.body().contains("\"@type\":\"IdResponse\"") && made.body().contains("\"@id\":\"one\""), made.body());
        assertTrue(!made.body().contains("first"), made.body());
        assertEquals(204, send("PUT", "", secret("one", "second")).statusCode());
        var read = send("GET", "/one", null);
        assertTrue(read.body().contains("\"value\":\"second\""), read.body());
        assertEquals(204, send("DELETE", "/one", null).statusCode());
        assertEquals(404, send("GET", "/one", null).statusCode());
    }

    @Test
    void aSecondOneOfTheSameNameIsAConflictAndChangesNothing() {
        send("POST", "", secret("two", "first"));
        var again = send("POST", "", secret("two", "second"));
        assertEquals(409, again.statusCode());
        assertTrue(again.body().contains("\"type\":\"ObjectConflict\""), again.body());
        assertTrue(send("GET", "/two", null).body().contains("\"value\":\"first\""));
    }

    /** The web server refuses a percent sign in a path, however it is encoded. */
    @Test
    void aNameWithAPercentSignCanBeStoredAndChangedButNotReadByItsPath() {
        var name = "did:web:127.0.0.1%3A17083:alice-sts-client-secret";
        assertEquals(200, send("POST", "", secret(name, "value")).statusCode());
        assertEquals(204, send("PUT", "", secret(name, "other")).statusCode());
        assertEquals(409, send("POST", "", secret(name, "value")).statusCode());
        assertEquals(400, send("GET", "/" + name.replace("%", "%25"), null).statusCode());
    }

    @Test
    void whatIsNotThereCanBeNeitherChangedNorDeleted() {
        assertEquals(404, send("PUT", "", secret("none", "value")).statusCode());
        assertEquals(404, send("DELETE", "/none", null).statusCode());
    }

    @Test
    void aSecretWithoutAValueIsRefusedWithAReason() {
        var refused = send("POST", "", "{\"@context\":{\"@vocab\":\"https://w3id.org/edc/v0.0.1/ns/\"},\"@type\":\"Secret\",\"@id\":\"three\"}");
        assertEquals(400, refused.statusCode());
        assertTrue(refused.body().contains("ValidationFailure"), refused.body());
    }

    @Test
    void nothingIsAnsweredWithoutTheKey() {
        assertEquals(401, controlPlane.send("GET", "management", PATH + "/one", "wrong", null).statusCode());
    }

    private static String secret(String id, String value) {
        return "{\"@context\":{\"@vocab\":\"https://w3id.org/edc/v0.0.1/ns/\"},\"@type\":\"Secret\",\"@id\":\"%s\",\"value\":\"%s\"}"
                .formatted(id, value);
    }

    private static HttpResponse<String> send(String method, String path, String body) {
        return controlPlane.send(method, "management", PATH + path, "key", body);
    }
}
