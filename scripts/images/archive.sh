# shellcheck shell=bash disable=SC2154 # $cached_images comes from build.sh.
# Sourced: an image in the form that `docker save` writes and containerd, podman and docker read, without any of them.

# image REFERENCE CONFIG LAYER...: prints the path of an archive of these layers, the lowest first. CONFIG is what runs: a
# JSON object as in `docker image inspect`, under Config.
image() {
  local reference=$1 config=$2 name path folder
  shift 2
  name=${reference##*/}
  # The layers' names hold hashes of what is in them.
  path=$(printf '%s\n' "$reference" "$config" "${@##*/}" "$(declare -f write_parts)" | sha256sum | cut -c1-16)
  path=$cached_images/${name//:/-}-$path.tar
  if [ ! -e "$path" ]; then
    folder=$(mktemp -d "$cached_images/.image.XXXXXX")
    write_parts "$folder" "$reference" "$config" "$@"
    (cd "$folder" && pack . -- *) >"$path.$$"
    keep "$path.$$" "$path"
    rm -rf "$folder"
  fi
  echo "$path"
}

write_parts() { # FOLDER REFERENCE CONFIG LAYER...
  local folder=$1 reference=$2 config=$3 path digest digests='' history='' names=''
  shift 3
  for path in "$@"; do
    digest=$(sha256sum "$path" | cut -d' ' -f1)
    ln "$path" "$folder/$digest.tar"
    digests+=",\"sha256:$digest\""
    history+=',{"created":"1970-01-01T00:00:00Z"}'
    names+=",\"$digest.tar\""
  done
  cat >"$folder/config" <<JSON
{"architecture":"$(architecture)","os":"linux","created":"1970-01-01T00:00:00Z","config":$config,"rootfs":{"type":"layers","diff_ids":[${digests#,}]},"history":[${history#,}]}
JSON
  digest=$(sha256sum "$folder/config" | cut -d' ' -f1)
  mv "$folder/config" "$folder/$digest.json"
  echo "[{\"Config\":\"$digest.json\",\"RepoTags\":[\"$reference\"],\"Layers\":[${names#,}]}]" >"$folder/manifest.json"
}

# As Go names it.
architecture() { case $(uname -m) in x86_64) echo amd64 ;; aarch64) echo arm64 ;; *) uname -m ;; esac }
