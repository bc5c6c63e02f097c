// Command testcluster is the test cluster in one binary: its first argument says which part of it runs.
//
// The parts share nearly all of their code, so that one binary is linked in a fraction of the time, and takes a
// fraction of the room, of five. Every part takes the arguments that its own command takes.
package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"

	// The plugins that a node's Corefile names, and no others of the many that CoreDNS brings.
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/template"

	"github.com/coredns/coredns/coremain"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
	kwokconfig "sigs.k8s.io/kwok/pkg/config"
	kwok "sigs.k8s.io/kwok/pkg/kwok/cmd"
	kwoklog "sigs.k8s.io/kwok/pkg/log"
	kwoksignals "sigs.k8s.io/kwok/pkg/utils/signals"
)

// endWithStdin, when set in the environment, ends a part when its standard input ends. A pipe from the process that
// started the part closes however that process died, so that nothing outlives it.
const endWithStdin = "TESTCLUSTER_END_WITH_STDIN"

// graceful is how long a part may take to end by itself before it is cut off.
const graceful = 8 * time.Second

// parts maps the first argument to what runs the part until it ends, and returns its exit code.
var parts = map[string]func(args []string) int{
	"etcd":                    runEtcd,
	"kube-apiserver":          runCommand(apiserver.NewAPIServerCommand),
	"kube-controller-manager": runCommand(controllermanager.NewControllerManagerCommand),
	"kube-scheduler":          runCommand(func() *cobra.Command { return scheduler.NewSchedulerCommand() }),
	"hold":                    hold,
	"kubelet":                 runCommand(func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) }),
	"kube-proxy":              runCommand(proxy.NewProxyCommand),
	"coredns":                 runCoreDNS,
	"kwok":                    runKwok,
}

func main() {
	if len(os.Args) < 2 || parts[os.Args[1]] == nil {
		choices := strings.Join(slices.Sorted(maps.Keys(parts)), ", ")
		fmt.Fprintf(os.Stderr, "usage: testcluster PART [ARGUMENT]...\nPART is one of %s\n", choices)
		os.Exit(2)
	}
	if os.Getenv(endWithStdin) != "" {
		go endAfter(os.Stdin)
	}
	os.Exit(parts[os.Args[1]](os.Args[2:]))
}

// endAfter waits for the end of the input, then asks this process to end, then ends it.
func endAfter(input io.Reader) {
	_, _ = io.Copy(io.Discard, input)
	_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
	time.Sleep(graceful)
	os.Exit(1)
}

// hold is the first process of the namespaces of a node: they last as long as it does, and what runs in them ends with
// it. Children of others become its own when their parents end, and have to be waited for.
func hold(_ []string) int {
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, syscall.SIGTERM, syscall.SIGINT)
	children := make(chan os.Signal, 1)
	signal.Notify(children, syscall.SIGCHLD)
	for {
		select {
		case <-ends:
			return 0
		case <-children:
			for pid := 1; pid > 0; {
				pid, _ = syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
			}
		}
	}
}

func runCommand(create func() *cobra.Command) func(args []string) int {
	return func(args []string) int {
		command := create()
		command.SetArgs(args)
		return cli.Run(command)
	}
}

// runEtcd leaves the process by itself when etcd fails.
func runEtcd(args []string) int {
	etcdmain.Main(append([]string{"etcd"}, args...))
	return 0
}

// runCoreDNS leaves the process by itself when CoreDNS fails. Its flags are global ones, whose program reads os.Args.
func runCoreDNS(args []string) int {
	os.Args = append([]string{"coredns"}, args...)
	coremain.Run()
	return 0
}

// runKwok reads the stage files that --config names before it makes the command, as kwok does: the command takes them
// from its context. Both of the readers of flags look at os.Args. The global flags are those of the other parts, which
// cobra would hand to KWOK as well.
func runKwok(args []string) int {
	os.Args = append([]string{"kwok"}, args...)
	pflag.CommandLine = pflag.NewFlagSet("kwok", pflag.ContinueOnError)
	flags := pflag.NewFlagSet("kwok", pflag.ContinueOnError)
	flags.ParseErrorsAllowlist.UnknownFlags = true
	flags.Usage = func() {}

	ctx, _ := kwoklog.InitFlags(kwoksignals.SetupSignalContext(), flags)
	ctx, err := kwokconfig.InitFlags(ctx, flags)
	if err == nil {
		command := kwok.NewCommand(ctx)
		command.PersistentFlags().AddFlagSet(flags)
		command.SetArgs(args)
		err = command.ExecuteContext(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "kwok:", err)
		return 1
	}
	return 0
}
