# shellcheck shell=bash disable=SC2154 # $images_dir and $cached_images come from build.sh.
# Sourced: a layer is a tar of files, made once for the same inputs. Order, times and owners are fixed, so that the same
# files give the same bytes on every run.

# layer NAME FILL INPUT...: prints the path of the layer that the function FILL puts into $into. INPUTs are the files that
# it depends on, beside these scripts.
layer() {
  local name=$1 fill=$2 hash path into
  shift 2
  hash=$({
    declare -f "$fill"
    cat "$images_dir/root.sh" "$images_dir/layer.sh" "$@"
  } | sha256sum | cut -c1-16)
  path=$cached_images/layer-$name-$hash.tar
  if [ ! -e "$path" ]; then
    into=$(mktemp -d "$cached_images/.layer.XXXXXX")
    chmod 755 "$into"
    "$fill"
    pack "$into" . >"$path.$$"
    keep "$path.$$" "$path"
    rm -rf "$into"
  fi
  echo "$path"
}

# pack FOLDER NAME...: a tar of them on standard output.
pack() {
  local folder=$1
  shift
  tar --create --directory "$folder" --format=gnu --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner "$@"
}

# keep FILE PATH: into the cache. What a new one replaces is deleted, unless it is so new that it may be in use.
keep() {
  find "$cached_images" -name "$(basename "${2%-*}")-????????????????.tar" -mmin +60 -delete
  mv "$1" "$2"
}
