package dev.dataspaces.provisioner.edc.sts;

import com.sun.net.httpserver.HttpServer;
import dev.dataspaces.provisioner.edc.testing.RunningRuntime;
import org.eclipse.edc.iam.decentralizedclaims.spi.SecureTokenService;
import org.eclipse.edc.spi.security.Vault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** On EDC's own OAuth2 client and vault; the token endpoint is a server of this test. */
class StsClientTest {

    private static final Map<String, Object> CLAIMS = Map.of("iss", "did:web:me", "sub", "did:web:me", "aud", "did:web:other");

    private final AtomicReference<String> form = new AtomicReference<>("");
    private HttpServer endpoint;
    private RunningRuntime runtime;

    @BeforeEach
    void open() throws IOException {
        endpoint = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        endpoint.createContext("/token", exchange -> {
            form.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            var body = "{\"access_token\":\"a.b.c\",\"expires_in\":300}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(form.get().contains("refused") ? 401 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        endpoint.start();
        runtime = new RunningRuntime(List.of(), Map.of(
                "edc.iam.sts.oauth.token.url", "http://127.0.0.1:%d/token".formatted(endpoint.getAddress().getPort()),
                "edc.iam.sts.oauth.client.id", "did:web:me",
                "edc.iam.sts.oauth.client.secret.alias", "my-secret"));
    }

    @AfterEach
    void close() {
        runtime.close();
        endpoint.stop(0);
    }

    @Test
    void theTokenEndpointGetsTheSecretTheAudienceAndTheScope() {
        runtime.service(Vault.class).storeSecret("ctx", "my-secret", "value");
        var token = runtime.service(SecureTokenService.class).createToken("ctx", CLAIMS, "a:b:read");
        assertEquals("a.b.c", token.getContent().getToken());
        assertEquals(List.of("audience=did:web:other", "bearer_access_scope=a:b:read", "client_id=did:web:me",
                "client_secret=value", "grant_type=client_credentials"), sent());
    }

    @Test
    void theTokenOfTheOtherParticipantIsPassedOn() {
        runtime.service(Vault.class).storeSecret("ctx", "my-secret", "value");
        var claims = Map.<String, Object>of("aud", "did:web:other", "token", "d.e.f", "exp", 1);
        runtime.service(SecureTokenService.class).createToken("ctx", claims, null);
        assertEquals(List.of("audience=did:web:other", "client_id=did:web:me", "client_secret=value",
                "grant_type=client_credentials", "token=d.e.f"), sent());
    }

    @Test
    void aSecretThatIsStoredLaterIsFoundWithoutARestart() {
        var service = runtime.service(SecureTokenService.class);
        var before = service.createToken("ctx", CLAIMS, null);
        assertTrue(before.getFailureDetail().contains("no entry 'my-secret'"), before.getFailureDetail());
        runtime.service(Vault.class).storeSecret("ctx", "my-secret", "value");
        assertTrue(service.createToken("ctx", CLAIMS, null).succeeded());
    }

    @Test
    void aRefusalIsAFailureWithoutTheSecret() {
        runtime.service(Vault.class).storeSecret("ctx", "my-secret", "refused");
        var token = runtime.service(SecureTokenService.class).createToken("ctx", CLAIMS, null);
        assertTrue(token.failed());
        assertTrue(!token.getFailureDetail().contains("refused"), token.getFailureDetail());
    }

    private List<String> sent() {
        return new TreeSet<>(List.of(URLDecoder.decode(form.get(), StandardCharsets.UTF_8).split("&"))).stream().toList();
    }
}
