# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # see ../build.sh, which sources this; `layer` calls the functions.
# Real servers whose protocols a proxy can't tell by the client's first bytes, for the tests: Redis, PostgreSQL and Exim, and
# a client of each. Which of them runs says the pod.
postgresql=$(apt-cache depends postgresql | sed -n 's/.*Depends: \(postgresql-[0-9]*\)$/\1/p')
[ -n "$postgresql" ] || fail "apt-cache knows no package postgresql: run 'apt-get update' as root on Debian"
postgresql_version=${postgresql#postgresql-}
packages=$(unpacked_packages redis-server redis-tools "$postgresql" "postgresql-client-$postgresql_version" \
  exim4-daemon-light msmtp)
exim_configuration=$images_dir/exim.conf
programs=(/usr/bin/redis-server /usr/bin/redis-cli /usr/sbin/exim4 /usr/bin/msmtp)
for program in postgres initdb psql; do programs+=("/usr/lib/postgresql/$postgresql_version/bin/$program"); done

fill() {
  local program
  for program in "${programs[@]}"; do put_packaged "$packages" "$program"; done
  put_folder "$packages" "/usr/share/postgresql/$postgresql_version"
  for program in plpgsql dict_snowball; do
    put_packaged "$packages" "/usr/lib/postgresql/$postgresql_version/lib/$program.so"
  done
  # Exim looks its own user up by name, and wants its configuration where nobody else could have changed it.
  mkdir -p "$into/etc"
  printf '%s\n' root:x:0:0:root:/root:/bin/sh Debian-exim:x:100:100::/var/spool/exim4:/bin/false \
    nonroot:x:65532:65532:nonroot:/home/nonroot:/bin/sh >"$into/etc/passwd"
  printf '%s\n' root:x:0: Debian-exim:x:100: nonroot:x:65532: >"$into/etc/group"
  put 0644 "$exim_configuration" /etc/exim4/exim4.conf
  # All files of a layer are root's.
  mkdir -p "$into/var/spool"
  mkdir -m 1777 "$into/var/spool/exim4"
}
config="{\"Env\":[\"PATH=/bin:/usr/bin:/usr/sbin:/usr/lib/postgresql/$postgresql_version/bin\"],\"Cmd\":[\"sh\"]}"
image outrigger.test/servers:1 "$config" "$(busybox_layer)" \
  "$(layer test-servers fill "$images_dir/debian.sh" "$exim_configuration" "${programs[@]/#/$packages}")"
