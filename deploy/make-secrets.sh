#!/bin/sh
# Makes the secrets of docker-compose.yml in a folder: sh deploy/make-secrets.sh FOLDER. Existing secrets stay as they are.
set -eu
folder=${1:?Name the folder for the secrets.}
umask 077
mkdir -p "$folder"
# Only the owner can open the folder. The files in it are readable by all, because in the containers they belong to another user.
chmod 700 "$folder"

make() {
  if [ -e "$folder/$1" ]; then return; fi
  printf '%s\n' "$2" >"$folder/$1.new"
  chmod 444 "$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1"
}

make tessera-secret "$(openssl rand -base64 32)"
make admin-password "$(openssl rand -hex 16)"
make postgres-password "$(openssl rand -hex 32)"
make database-password "$(openssl rand -hex 32)"
make database-url "postgres://tessera:$(cat "$folder/database-password")@database:5432/tessera"
