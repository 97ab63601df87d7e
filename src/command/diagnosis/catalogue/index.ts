// Made by scripts/errors-page.mjs from the files in this directory: run it after adding one.
import type { Entry } from '../entry.ts';
import cracConfCut from './crac/conf-cut.ts';
import cracEngineMissing from './crac/engine-missing.ts';
import cracImageTruncated from './crac/image-truncated.ts';
import cracImageUnfinished from './crac/image-unfinished.ts';
import cracNamespaceRefused from './crac/namespace-refused.ts';
import cracNodeChanged from './crac/node-changed.ts';
import cracOtherMachine from './crac/other-machine.ts';
import cracPortTaken from './crac/port-taken.ts';
import cracTimeout from './crac/timeout.ts';
import directChild from './direct/child.ts';
import directCopyEnded from './direct/copy-ended.ts';
import directDamaged from './direct/damaged.ts';
import directDescriptorLimit from './direct/descriptor-limit.ts';
import directFileChanged from './direct/file-changed.ts';
import directFileGone from './direct/file-gone.ts';
import directImageNotWritten from './direct/image-not-written.ts';
import directInFlight from './direct/in-flight.ts';
import directKernelObject from './direct/kernel-object.ts';
import directKernelSilent from './direct/kernel-silent.ts';
import directLimit from './direct/limit.ts';
import directListen from './direct/listen.ts';
import directLockTaken from './direct/lock-taken.ts';
import directMemory from './direct/memory.ts';
import directNoMemory from './direct/no-memory.ts';
import directNoRoom from './direct/no-room.ts';
import directNotCarried from './direct/not-carried.ts';
import directNotHere from './direct/not-here.ts';
import directNotRemade from './direct/not-remade.ts';
import directOption from './direct/option.ts';
import directOtherKernel from './direct/other-kernel.ts';
import directProgramGone from './direct/program-gone.ts';
import directRights from './direct/rights.ts';
import directSignedAddresses from './direct/signed-addresses.ts';
import directStandsStill from './direct/stands-still.ts';
import directThreadBusy from './direct/thread-busy.ts';
import directTree from './direct/tree.ts';
import directVectorLength from './direct/vector-length.ts';
import directWatchLost from './direct/watch-lost.ts';
import filesBadBuildId from './files/bad-build-id.ts';
import filesBadMode from './files/bad-mode.ts';
import filesBadSize from './files/bad-size.ts';
import filesBpfMap from './files/bpf-map.ts';
import filesBtrfs from './files/btrfs.ts';
import filesDenied from './files/denied.ts';
import filesEpollAdd from './files/epoll-add.ts';
import filesGhostConflict from './files/ghost-conflict.ts';
import filesGhostTooLarge from './files/ghost-too-large.ts';
import filesInheritFd from './files/inherit-fd.ts';
import filesInherited from './files/inherited.ts';
import filesLease from './files/lease.ts';
import filesLinkRemap from './files/link-remap.ts';
import filesLinkRemapLeft from './files/link-remap-left.ts';
import filesLinkRemapRefused from './files/link-remap-refused.ts';
import filesLockLost from './files/lock-lost.ts';
import filesLocks from './files/locks.ts';
import filesMappingForeignMount from './files/mapping-foreign-mount.ts';
import filesMissing from './files/missing.ts';
import filesMountNotVisible from './files/mount-not-visible.ts';
import filesOvermounted from './files/overmounted.ts';
import filesPathNotSupported from './files/path-not-supported.ts';
import filesPidfd from './files/pidfd.ts';
import filesPipeReopen from './files/pipe-reopen.ts';
import filesSmaller from './files/smaller.ts';
import filesUnaccessiblePath from './files/unaccessible-path.ts';
import filesUnsupportedKind from './files/unsupported-kind.ts';
import filesWatchGone from './files/watch-gone.ts';
import filesWatchHandle from './files/watch-handle.ts';
import gpuAmdKernel from './gpu/amd-kernel.ts';
import gpuCudaAction from './gpu/cuda-action.ts';
import gpuCudaDriver from './gpu/cuda-driver.ts';
import gpuCudaHelper from './gpu/cuda-helper.ts';
import gpuCudaOsCall from './gpu/cuda-os-call.ts';
import gpuDeviceMapped from './gpu/device-mapped.ts';
import gpuDeviceOpen from './gpu/device-open.ts';
import gpuFrozen from './gpu/frozen.ts';
import gpuPluginLoad from './gpu/plugin-load.ts';
import helpersIp from './helpers/ip.ts';
import helpersMissing from './helpers/missing.ts';
import helpersTar from './helpers/tar.ts';
import imageCrit from './image/crit.ts';
import imageDiskFull from './image/disk-full.ts';
import imageEmpty from './image/empty.ts';
import imageHugeReservation from './image/huge-reservation.ts';
import imageInconsistent from './image/inconsistent.ts';
import imageIpcTooLarge from './image/ipc-too-large.ts';
import imageLazyPages from './image/lazy-pages.ts';
import imageLazyRestorerGone from './image/lazy-restorer-gone.ts';
import imageNotAnImage from './image/not-an-image.ts';
import imageOutOfMemory from './image/out-of-memory.ts';
import imagePageServer from './image/page-server.ts';
import imageParent from './image/parent.ts';
import imagePidfdStore from './image/pidfd-store.ts';
import imagePidfile from './image/pidfile.ts';
import imagePlugin from './image/plugin.ts';
import imageSoftDirty from './image/soft-dirty.ts';
import imageStreamer from './image/streamer.ts';
import imageSysvTail from './image/sysv-tail.ts';
import imageTrackMemory from './image/track-memory.ts';
import imageTruncated from './image/truncated.ts';
import imageWriteRefused from './image/write-refused.ts';
import javaBusySelector from './java/busy-selector.ts';
import javaCheckpointDirectory from './java/checkpoint-directory.ts';
import javaCpuFeatures from './java/cpu-features.ts';
import javaCriuBinary from './java/criu-binary.ts';
import javaDevelopmentEngine from './java/development-engine.ts';
import javaEngineLoad from './java/engine-load.ts';
import javaEngineMismatch from './java/engine-mismatch.ts';
import javaEngineOption from './java/engine-option.ts';
import javaFrameworkFailed from './java/framework-failed.ts';
import javaHierarchy from './java/hierarchy.ts';
import javaImageTags from './java/image-tags.ts';
import javaMinPid from './java/min-pid.ts';
import javaNativeEventLoop from './java/native-event-loop.ts';
import javaNativeFailed from './java/native-failed.ts';
import javaNotConfigured from './java/not-configured.ts';
import javaOpenBroker from './java/open-broker.ts';
import javaOpenCgroup from './java/open-cgroup.ts';
import javaOpenDatabase from './java/open-database.ts';
import javaOpenFile from './java/open-file.ts';
import javaOpenJar from './java/open-jar.ts';
import javaOpenListener from './java/open-listener.ts';
import javaOpenNameService from './java/open-name-service.ts';
import javaOpenNative from './java/open-native.ts';
import javaOpenSocket from './java/open-socket.ts';
import javaOpenj9Disabled from './java/openj9-disabled.ts';
import javaOpenj9Libcriu from './java/openj9-libcriu.ts';
import javaOpenj9NotSafe from './java/openj9-not-safe.ts';
import javaOpenj9SingleThread from './java/openj9-single-thread.ts';
import javaPolicyFile from './java/policy-file.ts';
import javaRecursive from './java/recursive.ts';
import javaResourceFailed from './java/resource-failed.ts';
import javaRestoreData from './java/restore-data.ts';
import javaRestoreFailed from './java/restore-failed.ts';
import javaRestoreOption from './java/restore-option.ts';
import javaUnsupported from './java/unsupported.ts';
import privilegesChroot from './privileges/chroot.ts';
import privilegesClone3Denied from './privileges/clone3-denied.ts';
import privilegesDiagModules from './privileges/diag-modules.ts';
import privilegesDropCapability from './privileges/drop-capability.ts';
import privilegesLsmRead from './privileges/lsm-read.ts';
import privilegesMapFiles from './privileges/map-files.ts';
import privilegesMapFilesPtrace from './privileges/map-files-ptrace.ts';
import privilegesMoveMountDenied from './privileges/move-mount-denied.ts';
import privilegesNetlinkDenied from './privileges/netlink-denied.ts';
import privilegesNetworkNamespace from './privileges/network-namespace.ts';
import privilegesNotDumpable from './privileges/not-dumpable.ts';
import privilegesNotPrivileged from './privileges/not-privileged.ts';
import privilegesNsLastPid from './privileges/ns-last-pid.ts';
import privilegesPolicyDenied from './privileges/policy-denied.ts';
import privilegesReadOnlyProc from './privileges/read-only-proc.ts';
import privilegesRlimitDenied from './privileges/rlimit-denied.ts';
import privilegesSetUser from './privileges/set-user.ts';
import privilegesSocketBuffers from './privileges/socket-buffers.ts';
import privilegesSuidWithoutUnprivileged from './privileges/suid-without-unprivileged.ts';
import privilegesSuspendSeccomp from './privileges/suspend-seccomp.ts';
import privilegesTcpRepair from './privileges/tcp-repair.ts';
import privilegesTimeNamespace from './privileges/time-namespace.ts';
import privilegesTransportSocket from './privileges/transport-socket.ts';
import privilegesVmspliceDenied from './privileges/vmsplice-denied.ts';
import processesCodeRefused from './processes/code-refused.ts';
import processesCriuInTree from './processes/criu-in-tree.ts';
import processesInsideCall from './processes/inside-call.ts';
import processesIpcRestore from './processes/ipc-restore.ts';
import processesKilled from './processes/killed.ts';
import processesKilledByFilter from './processes/killed-by-filter.ts';
import processesLostInDump from './processes/lost-in-dump.ts';
import processesNestedNamespace from './processes/nested-namespace.ts';
import processesNoSuchProcess from './processes/no-such-process.ts';
import processesNotSessionLeader from './processes/not-session-leader.ts';
import processesOtherWordSize from './processes/other-word-size.ts';
import processesPidMax from './processes/pid-max.ts';
import processesPidMismatch from './processes/pid-mismatch.ts';
import processesPidTaken from './processes/pid-taken.ts';
import processesPidnsNeeded from './processes/pidns-needed.ts';
import processesPidnsRestore from './processes/pidns-restore.ts';
import processesPidnsWithoutInit from './processes/pidns-without-init.ts';
import processesProcForeign from './processes/proc-foreign.ts';
import processesPtraceDenied from './processes/ptrace-denied.ts';
import processesRegisters from './processes/registers.ts';
import processesSessionCollision from './processes/session-collision.ts';
import processesSessionLeaderOutside from './processes/session-leader-outside.ts';
import processesSessionMismatch from './processes/session-mismatch.ts';
import processesSysvOutside from './processes/sysv-outside.ts';
import processesTidTaken from './processes/tid-taken.ts';
import processesTimerIds from './processes/timer-ids.ts';
import processesZombie from './processes/zombie.ts';
import runtimesArchiveCut from './runtimes/archive-cut.ts';
import runtimesArchiveIncomplete from './runtimes/archive-incomplete.ts';
import runtimesArchiveUnreadable from './runtimes/archive-unreadable.ts';
import runtimesArguments from './runtimes/arguments.ts';
import runtimesBaseImage from './runtimes/base-image.ts';
import runtimesCheckpointExists from './runtimes/checkpoint-exists.ts';
import runtimesCheckpointFiles from './runtimes/checkpoint-files.ts';
import runtimesCriSwitchedOff from './runtimes/cri-switched-off.ts';
import runtimesCriUnsupported from './runtimes/cri-unsupported.ts';
import runtimesCriuMissing from './runtimes/criu-missing.ts';
import runtimesCriuSilent from './runtimes/criu-silent.ts';
import runtimesCriuTooOld from './runtimes/criu-too-old.ts';
import runtimesCtrRestore from './runtimes/ctr-restore.ts';
import runtimesDockerCheckpointDir from './runtimes/docker-checkpoint-dir.ts';
import runtimesDockerExperimental from './runtimes/docker-experimental.ts';
import runtimesDockerList from './runtimes/docker-list.ts';
import runtimesDockerRestoreBroken from './runtimes/docker-restore-broken.ts';
import runtimesKubeletEndpoint from './runtimes/kubelet-endpoint.ts';
import runtimesKubeletForbidden from './runtimes/kubelet-forbidden.ts';
import runtimesKubeletOtherNode from './runtimes/kubelet-other-node.ts';
import runtimesLibcriuMissing from './runtimes/libcriu-missing.ts';
import runtimesLxdCriu from './runtimes/lxd-criu.ts';
import runtimesMemoryTracking from './runtimes/memory-tracking.ts';
import runtimesMounts from './runtimes/mounts.ts';
import runtimesNameTaken from './runtimes/name-taken.ts';
import runtimesNoCheckpoint from './runtimes/no-checkpoint.ts';
import runtimesNotInStorage from './runtimes/not-in-storage.ts';
import runtimesNotTakenForCheckpoint from './runtimes/not-taken-for-checkpoint.ts';
import runtimesNvidiaMounts from './runtimes/nvidia-mounts.ts';
import runtimesOtherRuntime from './runtimes/other-runtime.ts';
import runtimesPodmanCreateTimeout from './runtimes/podman-create-timeout.ts';
import runtimesPodmanImport from './runtimes/podman-import.ts';
import runtimesPodmanPod from './runtimes/podman-pod.ts';
import runtimesPodmanRm from './runtimes/podman-rm.ts';
import runtimesRootless from './runtimes/rootless.ts';
import runtimesState from './runtimes/state.ts';
import runtimesTerminal from './runtimes/terminal.ts';
import runtimesTimeout from './runtimes/timeout.ts';
import runtimesUnprivileged from './runtimes/unprivileged.ts';
import sandboxesGvisorDeleted from './sandboxes/gvisor-deleted.ts';
import sandboxesGvisorHostFd from './sandboxes/gvisor-host-fd.ts';
import sandboxesGvisorRestore from './sandboxes/gvisor-restore.ts';
import sandboxesGvisorRootfs from './sandboxes/gvisor-rootfs.ts';
import socketsAddressGone from './sockets/address-gone.ts';
import socketsCorked from './sockets/corked.ts';
import socketsEpollEscaped from './sockets/epoll-escaped.ts';
import socketsFirewall from './sockets/firewall.ts';
import socketsFirewallGone from './sockets/firewall-gone.ts';
import socketsFirewallTool from './sockets/firewall-tool.ts';
import socketsInFlight from './sockets/in-flight.ts';
import socketsIoUring from './sockets/io-uring.ts';
import socketsLoopback from './sockets/loopback.ts';
import socketsLowPort from './sockets/low-port.ts';
import socketsNetlink from './sockets/netlink.ts';
import socketsNetworkDevice from './sockets/network-device.ts';
import socketsNotCollected from './sockets/not-collected.ts';
import socketsOption from './sockets/option.ts';
import socketsOptionsRefused from './sockets/options-refused.ts';
import socketsOwnName from './sockets/own-name.ts';
import socketsPacket from './sockets/packet.ts';
import socketsPortTaken from './sockets/port-taken.ts';
import socketsQueue from './sockets/queue.ts';
import socketsTcpConnected from './sockets/tcp-connected.ts';
import socketsTcpExists from './sockets/tcp-exists.ts';
import socketsTcpInImage from './sockets/tcp-in-image.ts';
import socketsTun from './sockets/tun.ts';
import socketsUnixBind from './sockets/unix-bind.ts';
import socketsUnixExternal from './sockets/unix-external.ts';
import socketsUnixExternalImage from './sockets/unix-external-image.ts';
import socketsUnixInFlight from './sockets/unix-in-flight.ts';
import socketsUnsupportedProtocol from './sockets/unsupported-protocol.ts';
import stateAufs from './state/aufs.ts';
import stateAutofs from './state/autofs.ts';
import stateCgroupDenied from './state/cgroup-denied.ts';
import stateCgroupLayout from './state/cgroup-layout.ts';
import stateCgroupMount from './state/cgroup-mount.ts';
import stateCgroupProperty from './state/cgroup-property.ts';
import stateCgroupProps from './state/cgroup-props.ts';
import stateCpuset from './state/cpuset.ts';
import stateFreeze from './state/freeze.ts';
import stateFreezerMissing from './state/freezer-missing.ts';
import stateLabelDenied from './state/label-denied.ts';
import stateLastStep from './state/last-step.ts';
import stateMappingDenied from './state/mapping-denied.ts';
import stateMountDirectory from './state/mount-directory.ts';
import stateMountFailed from './state/mount-failed.ts';
import stateMountMaster from './state/mount-master.ts';
import stateMountRestore from './state/mount-restore.ts';
import stateMountRoot from './state/mount-root.ts';
import stateMountUnmapped from './state/mount-unmapped.ts';
import stateMountUnsupported from './state/mount-unsupported.ts';
import stateScript from './state/script.ts';
import stateSeccompFilter from './state/seccomp-filter.ts';
import stateSecurityLabel from './state/security-label.ts';
import stateSelinuxUnloaded from './state/selinux-unloaded.ts';
import stateThreadStopped from './state/thread-stopped.ts';
import stateTimeout from './state/timeout.ts';
import stateTraced from './state/traced.ts';
import stateTwoDumps from './state/two-dumps.ts';
import stateUprobes from './state/uprobes.ts';
import stateWorkingDirectory from './state/working-directory.ts';
import terminalsConsole from './terminals/console.ts';
import terminalsDanglingTty from './terminals/dangling-tty.ts';
import terminalsFdstoreBug from './terminals/fdstore-bug.ts';
import terminalsNoTty from './terminals/no-tty.ts';
import terminalsTtyDenied from './terminals/tty-denied.ts';
import versionsArchitecture from './versions/architecture.ts';
import versionsCheckPassed from './versions/check-passed.ts';
import versionsCpuFeatures from './versions/cpu-features.ts';
import versionsCriuNs from './versions/criu-ns.ts';
import versionsEmulated from './versions/emulated.ts';
import versionsEngineCrashed from './versions/engine-crashed.ts';
import versionsFeatureProbe from './versions/feature-probe.ts';
import versionsGuardPages from './versions/guard-pages.ts';
import versionsIllegalInstruction from './versions/illegal-instruction.ts';
import versionsImageFormat from './versions/image-format.ts';
import versionsJoinNs from './versions/join-ns.ts';
import versionsKernelConfig from './versions/kernel-config.ts';
import versionsNoSystemCall from './versions/no-system-call.ts';
import versionsOldRseq from './versions/old-rseq.ts';
import versionsOption from './versions/option.ts';
import versionsOwnFault from './versions/own-fault.ts';
import versionsPreCopyBug from './versions/pre-copy-bug.ts';
import versionsPropagation from './versions/propagation.ts';
import versionsRpc from './versions/rpc.ts';
import versionsRseq from './versions/rseq.ts';
import versionsRseqRestore from './versions/rseq-restore.ts';
import versionsSegfault from './versions/segfault.ts';
import versionsService from './versions/service.ts';
import versionsShadowStack from './versions/shadow-stack.ts';
import versionsSignal127 from './versions/signal-127.ts';
import versionsSysctlMissing from './versions/sysctl-missing.ts';
import versionsUnknownForm from './versions/unknown-form.ts';
import versionsUsage from './versions/usage.ts';
import versionsVdsoBounds from './versions/vdso-bounds.ts';
import versionsVdsoImage from './versions/vdso-image.ts';
import versionsVvar from './versions/vvar.ts';
import versionsXsaveArea from './versions/xsave-area.ts';
import wrappersContainerRuntime from './wrappers/container-runtime.ts';
import wrappersLiberty from './wrappers/liberty.ts';
import wrappersLibertyApp from './wrappers/liberty-app.ts';
import wrappersLibertyCheckpoint from './wrappers/liberty-checkpoint.ts';
import wrappersLibertyFeature from './wrappers/liberty-feature.ts';
import wrappersLibertyNetlink from './wrappers/liberty-netlink.ts';
import wrappersLibertyPhase from './wrappers/liberty-phase.ts';
import wrappersLibertyPrepare from './wrappers/liberty-prepare.ts';
import wrappersRuntimeWithoutCriu from './wrappers/runtime-without-criu.ts';

/** Every failure that is known. */
export const CATALOGUE: readonly Entry[] = [
  cracConfCut,
  cracEngineMissing,
  cracImageTruncated,
  cracImageUnfinished,
  cracNamespaceRefused,
  cracNodeChanged,
  cracOtherMachine,
  cracPortTaken,
  cracTimeout,
  directChild,
  directCopyEnded,
  directDamaged,
  directDescriptorLimit,
  directFileChanged,
  directFileGone,
  directImageNotWritten,
  directInFlight,
  directKernelObject,
  directKernelSilent,
  directLimit,
  directListen,
  directLockTaken,
  directMemory,
  directNoMemory,
  directNoRoom,
  directNotCarried,
  directNotHere,
  directNotRemade,
  directOption,
  directOtherKernel,
  directProgramGone,
  directRights,
  directSignedAddresses,
  directStandsStill,
  directThreadBusy,
  directTree,
  directVectorLength,
  directWatchLost,
  filesBadBuildId,
  filesBadMode,
  filesBadSize,
  filesBpfMap,
  filesBtrfs,
  filesDenied,
  filesEpollAdd,
  filesGhostConflict,
  filesGhostTooLarge,
  filesInheritFd,
  filesInherited,
  filesLease,
  filesLinkRemap,
  filesLinkRemapLeft,
  filesLinkRemapRefused,
  filesLockLost,
  filesLocks,
  filesMappingForeignMount,
  filesMissing,
  filesMountNotVisible,
  filesOvermounted,
  filesPathNotSupported,
  filesPidfd,
  filesPipeReopen,
  filesSmaller,
  filesUnaccessiblePath,
  filesUnsupportedKind,
  filesWatchGone,
  filesWatchHandle,
  gpuAmdKernel,
  gpuCudaAction,
  gpuCudaDriver,
  gpuCudaHelper,
  gpuCudaOsCall,
  gpuDeviceMapped,
  gpuDeviceOpen,
  gpuFrozen,
  gpuPluginLoad,
  helpersIp,
  helpersMissing,
  helpersTar,
  imageCrit,
  imageDiskFull,
  imageEmpty,
  imageHugeReservation,
  imageInconsistent,
  imageIpcTooLarge,
  imageLazyPages,
  imageLazyRestorerGone,
  imageNotAnImage,
  imageOutOfMemory,
  imagePageServer,
  imageParent,
  imagePidfdStore,
  imagePidfile,
  imagePlugin,
  imageSoftDirty,
  imageStreamer,
  imageSysvTail,
  imageTrackMemory,
  imageTruncated,
  imageWriteRefused,
  javaBusySelector,
  javaCheckpointDirectory,
  javaCpuFeatures,
  javaCriuBinary,
  javaDevelopmentEngine,
  javaEngineLoad,
  javaEngineMismatch,
  javaEngineOption,
  javaFrameworkFailed,
  javaHierarchy,
  javaImageTags,
  javaMinPid,
  javaNativeEventLoop,
  javaNativeFailed,
  javaNotConfigured,
  javaOpenBroker,
  javaOpenCgroup,
  javaOpenDatabase,
  javaOpenFile,
  javaOpenJar,
  javaOpenListener,
  javaOpenNameService,
  javaOpenNative,
  javaOpenSocket,
  javaOpenj9Disabled,
  javaOpenj9Libcriu,
  javaOpenj9NotSafe,
  javaOpenj9SingleThread,
  javaPolicyFile,
  javaRecursive,
  javaResourceFailed,
  javaRestoreData,
  javaRestoreFailed,
  javaRestoreOption,
  javaUnsupported,
  privilegesChroot,
  privilegesClone3Denied,
  privilegesDiagModules,
  privilegesDropCapability,
  privilegesLsmRead,
  privilegesMapFiles,
  privilegesMapFilesPtrace,
  privilegesMoveMountDenied,
  privilegesNetlinkDenied,
  privilegesNetworkNamespace,
  privilegesNotDumpable,
  privilegesNotPrivileged,
  privilegesNsLastPid,
  privilegesPolicyDenied,
  privilegesReadOnlyProc,
  privilegesRlimitDenied,
  privilegesSetUser,
  privilegesSocketBuffers,
  privilegesSuidWithoutUnprivileged,
  privilegesSuspendSeccomp,
  privilegesTcpRepair,
  privilegesTimeNamespace,
  privilegesTransportSocket,
  privilegesVmspliceDenied,
  processesCodeRefused,
  processesCriuInTree,
  processesInsideCall,
  processesIpcRestore,
  processesKilled,
  processesKilledByFilter,
  processesLostInDump,
  processesNestedNamespace,
  processesNoSuchProcess,
  processesNotSessionLeader,
  processesOtherWordSize,
  processesPidMax,
  processesPidMismatch,
  processesPidTaken,
  processesPidnsNeeded,
  processesPidnsRestore,
  processesPidnsWithoutInit,
  processesProcForeign,
  processesPtraceDenied,
  processesRegisters,
  processesSessionCollision,
  processesSessionLeaderOutside,
  processesSessionMismatch,
  processesSysvOutside,
  processesTidTaken,
  processesTimerIds,
  processesZombie,
  runtimesArchiveCut,
  runtimesArchiveIncomplete,
  runtimesArchiveUnreadable,
  runtimesArguments,
  runtimesBaseImage,
  runtimesCheckpointExists,
  runtimesCheckpointFiles,
  runtimesCriSwitchedOff,
  runtimesCriUnsupported,
  runtimesCriuMissing,
  runtimesCriuSilent,
  runtimesCriuTooOld,
  runtimesCtrRestore,
  runtimesDockerCheckpointDir,
  runtimesDockerExperimental,
  runtimesDockerList,
  runtimesDockerRestoreBroken,
  runtimesKubeletEndpoint,
  runtimesKubeletForbidden,
  runtimesKubeletOtherNode,
  runtimesLibcriuMissing,
  runtimesLxdCriu,
  runtimesMemoryTracking,
  runtimesMounts,
  runtimesNameTaken,
  runtimesNoCheckpoint,
  runtimesNotInStorage,
  runtimesNotTakenForCheckpoint,
  runtimesNvidiaMounts,
  runtimesOtherRuntime,
  runtimesPodmanCreateTimeout,
  runtimesPodmanImport,
  runtimesPodmanPod,
  runtimesPodmanRm,
  runtimesRootless,
  runtimesState,
  runtimesTerminal,
  runtimesTimeout,
  runtimesUnprivileged,
  sandboxesGvisorDeleted,
  sandboxesGvisorHostFd,
  sandboxesGvisorRestore,
  sandboxesGvisorRootfs,
  socketsAddressGone,
  socketsCorked,
  socketsEpollEscaped,
  socketsFirewall,
  socketsFirewallGone,
  socketsFirewallTool,
  socketsInFlight,
  socketsIoUring,
  socketsLoopback,
  socketsLowPort,
  socketsNetlink,
  socketsNetworkDevice,
  socketsNotCollected,
  socketsOption,
  socketsOptionsRefused,
  socketsOwnName,
  socketsPacket,
  socketsPortTaken,
  socketsQueue,
  socketsTcpConnected,
  socketsTcpExists,
  socketsTcpInImage,
  socketsTun,
  socketsUnixBind,
  socketsUnixExternal,
  socketsUnixExternalImage,
  socketsUnixInFlight,
  socketsUnsupportedProtocol,
  stateAufs,
  stateAutofs,
  stateCgroupDenied,
  stateCgroupLayout,
  stateCgroupMount,
  stateCgroupProperty,
  stateCgroupProps,
  stateCpuset,
  stateFreeze,
  stateFreezerMissing,
  stateLabelDenied,
  stateLastStep,
  stateMappingDenied,
  stateMountDirectory,
  stateMountFailed,
  stateMountMaster,
  stateMountRestore,
  stateMountRoot,
  stateMountUnmapped,
  stateMountUnsupported,
  stateScript,
  stateSeccompFilter,
  stateSecurityLabel,
  stateSelinuxUnloaded,
  stateThreadStopped,
  stateTimeout,
  stateTraced,
  stateTwoDumps,
  stateUprobes,
  stateWorkingDirectory,
  terminalsConsole,
  terminalsDanglingTty,
  terminalsFdstoreBug,
  terminalsNoTty,
  terminalsTtyDenied,
  versionsArchitecture,
  versionsCheckPassed,
  versionsCpuFeatures,
  versionsCriuNs,
  versionsEmulated,
  versionsEngineCrashed,
  versionsFeatureProbe,
  versionsGuardPages,
  versionsIllegalInstruction,
  versionsImageFormat,
  versionsJoinNs,
  versionsKernelConfig,
  versionsNoSystemCall,
  versionsOldRseq,
  versionsOption,
  versionsOwnFault,
  versionsPreCopyBug,
  versionsPropagation,
  versionsRpc,
  versionsRseq,
  versionsRseqRestore,
  versionsSegfault,
  versionsService,
  versionsShadowStack,
  versionsSignal127,
  versionsSysctlMissing,
  versionsUnknownForm,
  versionsUsage,
  versionsVdsoBounds,
  versionsVdsoImage,
  versionsVvar,
  versionsXsaveArea,
  wrappersContainerRuntime,
  wrappersLiberty,
  wrappersLibertyApp,
  wrappersLibertyCheckpoint,
  wrappersLibertyFeature,
  wrappersLibertyNetlink,
  wrappersLibertyPhase,
  wrappersLibertyPrepare,
  wrappersRuntimeWithoutCriu,
];
