# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # see ../build.sh, which sources this; `layer` calls the functions.
# The init container, like images/init/Dockerfile: a shell, both kinds of iptables, `ip`, and the script.
script=$root/images/init/outrigger-init
programs=("$(command -v xtables-nft-multi)" "$(command -v xtables-legacy-multi)" "$(command -v ip)")
# Matches and targets are loaded when a rule names them, so that no program is linked to them.
extensions=(/usr/lib/*/xtables/*.so)

fill() {
  local program name backend
  for program in "${programs[@]}"; do put_with_libraries "$program" "/usr/sbin/$(basename "$program")"; done
  for name in iptables ip6tables; do
    for backend in nft legacy; do
      for command in '' -save -restore; do
        ln -s "xtables-$backend-multi" "$into/usr/sbin/$name-$backend$command"
      done
    done
  done
  for program in "${extensions[@]}"; do put 0644 "$program" "$program"; done
  put 0755 "$script" /usr/local/bin/outrigger-init
}
config='{"User":"0:0","Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],'
config+='"Entrypoint":["/usr/local/bin/outrigger-init"]}'
image "ghcr.io/outrigger-dev/outrigger-init:$version" "$config" "$(busybox_layer)" \
  "$(layer outrigger-init fill "$script" "${programs[@]}" "${extensions[@]}")"
