package dev.dataspaces.provisioner.edc.superuser;

import org.eclipse.edc.identityhub.spi.participantcontext.ParticipantContextService;
import org.eclipse.edc.identityhub.spi.participantcontext.model.KeyDescriptor;
import org.eclipse.edc.identityhub.spi.participantcontext.model.ParticipantManifest;
import org.eclipse.edc.runtime.metamodel.annotation.Inject;
import org.eclipse.edc.runtime.metamodel.annotation.Setting;
import org.eclipse.edc.spi.EdcException;
import org.eclipse.edc.spi.security.Vault;
import org.eclipse.edc.spi.system.ServiceExtension;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** The first administrator of an identity hub, with the API key of the configuration: nobody else could make one. */
public class SuperUserExtension implements ServiceExtension {

    private static final String ID_SETTING = "edc.ih.api.superuser.id";
    private static final String KEY_SETTING = "edc.ih.api.superuser.key";

    @Setting(key = ID_SETTING, description = "Id of the administrator", defaultValue = "super-user")
    private String id;
    @Setting(key = KEY_SETTING, description = "API key of the administrator: base64 of its id, a dot, and a secret")
    private String apiKey;

    @Inject
    private ParticipantContextService participants;
    @Inject
    private Vault vault;

    @Override
    public String name() {
        return "Administrator of the identity hub";
    }

    @Override
    public void start() {
        requirePrefix();
        if (participants.getParticipantContext(id).failed()) {
            create();
        }
        var alias = participants.getParticipantContext(id).getContent().getApiTokenAlias();
        var stored = vault.storeSecret(id, alias, apiKey);
        if (stored.failed()) {
            throw new EdcException("The administrator's key could not be stored: " + stored.getFailureDetail());
        }
    }

    private void create() {
        var manifest = ParticipantManifest.Builder.newInstance()
                .participantContextId(id)
                .did("did:web:" + id)
                .roles(List.of("admin"))
                .active(true)
                .key(KeyDescriptor.Builder.newInstance()
                        .keyId(id + "-key")
                        .privateKeyAlias(id + "-private")
                        .keyGeneratorParams(Map.of("algorithm", "EdDSA", "curve", "Ed25519"))
                        .build())
                .build();
        var created = participants.createParticipantContext(manifest);
        if (created.failed()) {
            throw new EdcException("The administrator '%s' could not be created: %s".formatted(id, created.getFailureDetail()));
        }
    }

    /** The hub finds the user by the part of the key before the dot. */
    private void requirePrefix() {
        var prefix = Base64.getEncoder().encodeToString(id.getBytes(StandardCharsets.UTF_8)) + ".";
        if (!apiKey.startsWith(prefix) || apiKey.length() == prefix.length()) {
            throw new EdcException("%s must be '%s' and a secret, because %s is '%s'".formatted(KEY_SETTING, prefix, ID_SETTING, id));
        }
    }
}
