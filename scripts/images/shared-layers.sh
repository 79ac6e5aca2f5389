# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # $root comes from build.sh; `layer` calls the functions.
# Sourced: layers that several images start with. Stored once, here and in the cluster.

# Node as the npm package `node` pins it, at the place of the distroless image, with its libraries and nothing else.
node_layer() {
  local program
  program=$(realpath "$root/node_modules/node/bin/node")
  fill_node() {
    put_base
    put_with_libraries "$program" /nodejs/bin/node
  }
  # shellcheck disable=SC2046 # one path a line.
  layer node fill_node "$program" $(libraries_of "$program")
}

# A root with a shell and small tools.
busybox_layer() {
  fill_busybox() {
    put_base
    put_busybox
  }
  layer busybox fill_busybox /bin/busybox
}
