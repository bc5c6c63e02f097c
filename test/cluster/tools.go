//go:build tools

// Keeps the commands that are built from their own packages among the requirements of the module.
package main

import _ "k8s.io/kubernetes/cmd/kubectl"
