package dev.dataspaces.provisioner.edc.secrets;

import org.eclipse.edc.connector.spi.service.SecretService;
import org.eclipse.edc.jsonld.spi.JsonLd;
import org.eclipse.edc.runtime.metamodel.annotation.Inject;
import org.eclipse.edc.spi.system.ServiceExtension;
import org.eclipse.edc.spi.system.ServiceExtensionContext;
import org.eclipse.edc.spi.types.TypeManager;
import org.eclipse.edc.web.jersey.providers.jsonld.JerseyJsonLdInterceptor;
import org.eclipse.edc.web.spi.WebService;

import static org.eclipse.edc.api.management.ManagementApi.MANAGEMENT_SCOPE;
import static org.eclipse.edc.spi.constants.CoreConstants.JSON_LD;
import static org.eclipse.edc.web.spi.configuration.ApiContext.MANAGEMENT;

/** Stands in for EDC's secrets-api, which the artifact repository does not have at 0.15.1. */
public class SecretsApiExtension implements ServiceExtension {

    @Inject
    private WebService web;
    @Inject
    private SecretService secrets;
    @Inject
    private JsonLd jsonLd;
    @Inject
    private TypeManager types;

    @Override
    public String name() {
        return "Management API: Secret";
    }

    @Override
    public void initialize(ServiceExtensionContext context) {
        web.registerResource(MANAGEMENT, new SecretsApi(secrets));
        web.registerDynamicResource(MANAGEMENT, SecretsApi.class,
                new JerseyJsonLdInterceptor(jsonLd, types, JSON_LD, MANAGEMENT_SCOPE));
    }
}
