# shellcheck shell=bash disable=SC2154 # $into comes from the function `layer`, $cached_images from build.sh.
# Sourced: programs of Debian packages that this machine does not have. Packages are unpacked into a folder of the cache and
# never installed: no server is started, no user is made, nothing is left to remove.

# unpacked_packages PACKAGE...: prints a folder with the files of these packages, and of those they need that the machine
# lacks.
unpacked_packages() {
  local folder partial
  folder=$cached_images/packages-$(printf '%s\n' "$@" | sha256sum | cut -c1-16)
  if [ ! -e "$folder" ]; then
    need apt-get dpkg-deb
    partial=$(mktemp -d "$cached_images/.packages.XXXXXX")
    mkdir -p "$partial/archives/partial" "$partial/root"
    progress "downloading $*" >&2
    apt-get update -qq >&2
    apt-get install --download-only --reinstall -y -qq --no-install-recommends \
      -o "Dir::Cache::archives=$partial/archives" -o APT::Sandbox::User=root "$@" >&2
    for archive in "$partial"/archives/*.deb; do dpkg-deb --extract "$archive" "$partial/root"; done
    mv "$partial/root" "$folder"
    rm -rf "$partial"
  fi
  echo "$folder"
}

# put_packaged FOLDER PATH: a program of that folder with its libraries, each at the path where Debian has it. Libraries
# come from the folder or else from this machine.
put_packaged() {
  local folder=$1 path=$2 library libraries search
  put 0755 "$(realpath "$folder$path")" "$path"
  search=$(echo "$folder"/usr/lib/*-linux-gnu "$folder"/lib/*-linux-gnu)
  libraries=$(LD_LIBRARY_PATH=${search// /:} ldd "$folder$path")
  case $libraries in *'not found'*) fail "$path lacks libraries: $libraries" ;; esac
  while read -r library; do
    put 0755 "$(realpath "$library")" "${library#"$folder"}"
  done < <(grep -oE '/[^ ]+\.so[^ ]*' <<<"$libraries" | sort -u)
}

# put_folder FOLDER PATH: what is below it, as it is.
put_folder() {
  mkdir -p "$into$2"
  cp -RL "$1$2/." "$into$2"
}
