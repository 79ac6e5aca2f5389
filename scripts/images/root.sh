# shellcheck shell=bash disable=SC2154 # $into comes from the function `layer`.
# Sourced: filling the root of a layer. $into is the folder that becomes the root.

# put MODE FILE PATH: a file of this machine at a path in the image.
put() { install -D -m "$1" "$2" "$into$3"; }

# libraries_of FILE: the shared libraries and the loader that the dynamic linker would load for it; none for a static one.
libraries_of() { { ldd "$1" 2>/dev/null || true; } | grep -oE '/[^ ]+\.so[^ ]*' | sort -u; }

# put_with_libraries FILE PATH: a program with what it is linked to, the libraries at the paths they have here.
put_with_libraries() {
  local library
  put 0755 "$(realpath "$1")" "$2"
  for library in $(libraries_of "$1"); do put 0755 "$(realpath "$library")" "$library"; done
}

# What a process expects of any root: names for user ids, mount points, a place for temporary files.
put_base() {
  mkdir -p "$into"/{dev,etc,home/nonroot,proc,root,sys,var}
  mkdir -m 1777 "$into/tmp"
  printf '%s\n' root:x:0:0:root:/root:/bin/sh nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin >"$into/etc/passwd"
  printf '%s\n' root:x:0: nonroot:x:65532: >"$into/etc/group"
}

# A shell and small tools that need no library, under every name that busybox knows.
put_busybox() {
  local name
  put 0755 /bin/busybox /bin/busybox
  for name in $(/bin/busybox --list); do [ "$name" = busybox ] || ln -s busybox "$into/bin/$name"; done
}
