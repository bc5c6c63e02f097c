package dev.dataspaces.provisioner.edc.launch;

import org.eclipse.edc.spi.system.ServiceExtension;
import org.eclipse.edc.spi.system.configuration.Config;
import org.eclipse.edc.vault.hashicorp.HashicorpVaultExtension;
import org.eclipse.edc.vault.hashicorp.health.HashicorpVaultHealthExtension;

/** Which vault: the HashiCorp-compatible one at {@code edc.vault.hashicorp.url}, without that setting EDC's vault in memory. */
final class VaultChoice {

    static final String URL = "edc.vault.hashicorp.url";
    private static final String PACKAGE = HashicorpVaultExtension.class.getPackageName();

    private VaultChoice() {
    }

    static boolean leavesOut(ServiceExtension extension, Config config) {
        if (!extension.getClass().getName().startsWith(PACKAGE + ".") && !(extension instanceof VaultReadiness)) {
            return false;
        }
        // It makes the vault part of liveness: a sealed vault would have every pod killed again and again.
        return extension instanceof HashicorpVaultHealthExtension || config.getString(URL, "").isBlank();
    }
}
