#!/usr/bin/env bash
# Packs the shared libraries that programs need on a machine that has a GPU and CUDA's libraries,
# but none of our other dependencies:
#   tests/bench/gpu/pack.sh KIT PROGRAM_OR_LIBRARY...
# creates the folder KIT with the programs' shared libraries and a relocatable Open MPI. On the
# other machine, run the programs from the same relative paths:
#   KIT/run PROGRAM ARGS...        KIT/run mpirun -n 2 PROGRAM ARGS...
# The C library, the compiler's runtime, CUDA, cuDNN and NCCL are not packed and must be at least as
# new as here.
set -euo pipefail
(($# >= 2)) || { sed -n '2,7p' "$0" >&2; exit 2; }
kit=$1
shift
[ ! -e "$kit" ] || { echo "pack.sh: $kit exists; remove it or choose another folder" >&2; exit 1; }

# open_mpi NAME: prints one of Open MPI's folders, as Open MPI reports it.
open_mpi() { ompi_info --parsable --path "$1" | sed -n "s/^path:$1://p"; }
prefix=$(open_mpi prefix)
pmix=$(find "$prefix/lib" -maxdepth 5 -type d -path '*pmix*/lib/pmix' -print -quit 2>/dev/null)
folders=("$(open_mpi pkglibdir)" "$(open_mpi pkgdatadir)" ${pmix:+"$pmix"})

mkdir -p "$kit/lib" "$kit/bin"
for folder in "${folders[@]}"; do # keeps the path below the new prefix
  mkdir -p "$kit${folder#"$prefix"}"
  cp -rL "$folder/." "$kit${folder#"$prefix"}/"
done
for tool in orterun orted; do cp -L "$(open_mpi bindir)/$tool" "$kit/bin/"; done
cp "$kit/bin/orterun" "$kit/bin/mpirun" # a copy, because links might not survive the transfer

there='^(linux-vdso|ld-linux|libc|libm|libdl|libpthread|librt|libresolv|libutil|libstdc\+\+|libgcc_s)[.-]'
cuda='^(libcuda|libcudart|libcublas|libcublasLt|libcudnn|libnccl|libnvrtc|libnvJitLink|libnvidia)'
mapfile -t plugins < <(find "${folders[@]}" -name '*.so')
for file in "$@" "${plugins[@]}" "$kit"/bin/*; do ldd "$file" 2>/dev/null || true; done |
  awk '$2 == "=>" && $3 ~ /^\// {print $3}' | sort -u |
  while read -r library; do
    [[ ${library##*/} =~ $there || ${library##*/} =~ $cuda ]] || cp -L "$library" "$kit/lib/"
  done

cat >"$kit/run" <<RUN
#!/usr/bin/env bash
# Starts a program with the libraries in this folder.
set -euo pipefail
kit=\$(cd "\$(dirname "\$0")" && pwd)
libraries=\$kit/lib
for folder in /usr/local/cuda/lib64 /usr/local/cuda/lib; do [ -d \$folder ] && libraries+=:\$folder; done
# CUDA's libraries may also come from a Python environment with PyTorch.
if command -v python3 >/dev/null; then
  for folder in \$(python3 -c 'import site, glob
for root in site.getsitepackages() + [site.getusersitepackages()]: print(*glob.glob(root + "/nvidia/*/lib"))'); do
    libraries+=:\$folder
  done
fi
export LD_LIBRARY_PATH=\$libraries\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH} PATH=\$kit/bin:\$PATH
export OPAL_PREFIX=\$kit PMIX_INSTALL_PREFIX=\$kit${pmix:+$(p=${pmix#"$prefix"}; echo "${p%/lib/pmix}")}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_plm=isolated OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader,tcp OMPI_MCA_hwloc_base_binding_policy=none
export PMIX_MCA_pcompress_base_silence_warning=1
exec "\$@"
RUN
chmod +x "$kit/run"
du -sh "$kit"
