package dev.dataspaces.provisioner.edc.secrets;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import org.eclipse.edc.connector.spi.service.SecretService;
import org.eclipse.edc.spi.types.domain.secret.Secret;
import org.eclipse.edc.validator.jsonobject.JsonObjectValidator;
import org.eclipse.edc.validator.jsonobject.validators.MandatoryIdNotBlank;
import org.eclipse.edc.validator.jsonobject.validators.MandatoryValue;
import org.eclipse.edc.validator.spi.Validator;
import org.eclipse.edc.web.spi.exception.ObjectNotFoundException;
import org.eclipse.edc.web.spi.exception.ValidationFailureException;

import static jakarta.ws.rs.core.MediaType.APPLICATION_JSON;
import static org.eclipse.edc.jsonld.spi.JsonLdKeywords.ID;
import static org.eclipse.edc.jsonld.spi.JsonLdKeywords.TYPE;
import static org.eclipse.edc.jsonld.spi.JsonLdKeywords.VALUE;
import static org.eclipse.edc.spi.constants.CoreConstants.EDC_NAMESPACE;
import static org.eclipse.edc.spi.types.domain.secret.Secret.EDC_SECRET_TYPE;
import static org.eclipse.edc.spi.types.domain.secret.Secret.EDC_SECRET_VALUE;
import static org.eclipse.edc.web.spi.exception.ServiceResultHandler.exceptionMapper;

/** Requests and answers of EDC's {@code /v3/secrets}. JSON-LD is expanded before a method and compacted after it. */
@Path("/v3/secrets")
@Consumes(APPLICATION_JSON)
@Produces(APPLICATION_JSON)
public class SecretsApi {

    private static final Validator<JsonObject> VALIDATOR = JsonObjectValidator.newValidator()
            .verifyId(MandatoryIdNotBlank::new)
            .verify(EDC_SECRET_VALUE, MandatoryValue::new)
            .build();

    private final SecretService secrets;

    SecretsApi(SecretService secrets) {
        this.secrets = secrets;
    }

    @POST
    public JsonObject create(JsonObject body) {
        var secret = read(body);
        var created = secrets.create(secret).orElseThrow(exceptionMapper(Secret.class, secret.getId()));
        return Json.createObjectBuilder()
                .add(TYPE, EDC_NAMESPACE + "IdResponse")
                .add(ID, created.getId())
                .add(EDC_NAMESPACE + "createdAt", created.getCreatedAt())
                .build();
    }

    @PUT
    public void update(JsonObject body) {
        var secret = read(body);
        secrets.update(secret).orElseThrow(exceptionMapper(Secret.class, secret.getId()));
    }

    @GET
    @Path("{id}")
    public JsonObject get(@PathParam("id") String id) {
        var secret = secrets.findById(id);
        if (secret == null) {
            throw new ObjectNotFoundException(Secret.class, id);
        }
        return Json.createObjectBuilder()
                .add(TYPE, EDC_SECRET_TYPE)
                .add(ID, id)
                .add(EDC_SECRET_VALUE, secret.getValue())
                .build();
    }

    @DELETE
    @Path("{id}")
    public void delete(@PathParam("id") String id) {
        secrets.delete(id).orElseThrow(exceptionMapper(Secret.class, id));
    }

    private static Secret read(JsonObject body) {
        VALIDATOR.validate(body).orElseThrow(ValidationFailureException::new);
        var value = body.getJsonArray(EDC_SECRET_VALUE).getJsonObject(0).getString(VALUE);
        return Secret.Builder.newInstance().id(body.getString(ID)).value(value).build();
    }
}
