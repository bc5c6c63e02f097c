package dev.dataspaces.provisioner.edc.launch;

import org.eclipse.edc.boot.BootServicesExtension;
import org.eclipse.edc.spi.system.ServiceExtension;
import org.eclipse.edc.spi.system.configuration.Config;
import org.eclipse.edc.spi.system.configuration.ConfigFactory;
import org.eclipse.edc.vault.hashicorp.HashicorpVaultExtension;
import org.eclipse.edc.vault.hashicorp.auth.HashicorpVaultAuthenticationExtension;
import org.eclipse.edc.vault.hashicorp.health.HashicorpVaultHealthExtension;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;

class VaultChoiceTest {

    private static final List<ServiceExtension> ALL = List.of(new BootServicesExtension(), new HashicorpVaultExtension(),
            new HashicorpVaultAuthenticationExtension(), new HashicorpVaultHealthExtension(), new VaultReadiness());

    @Test
    void withoutAnAddressNothingOfTheVaultIsLoaded() {
        assertEquals(Set.of(BootServicesExtension.class), loaded(ConfigFactory.empty()));
    }

    @Test
    void withAnAddressAllButTheLivenessOfTheVaultIsLoaded() {
        var config = ConfigFactory.fromEnvironment(Map.of("EDC_VAULT_HASHICORP_URL", "http://vault:8200"));
        assertEquals(Set.of(BootServicesExtension.class, HashicorpVaultExtension.class,
                HashicorpVaultAuthenticationExtension.class, VaultReadiness.class), loaded(config));
    }

    private static Set<Class<?>> loaded(Config config) {
        return ALL.stream().filter(one -> !VaultChoice.leavesOut(one, config)).map(Object::getClass).collect(Collectors.toSet());
    }
}
