# SPDX-License-Identifier: Apache-2.0
"""Spack recipe for amt; see docs/install.md, "Spack"."""

import os

from spack.package import *

try:  # since Spack 1.0, the build systems are part of the repository of recipes
    from spack_repo.builtin.build_systems import cmake
    from spack_repo.builtin.build_systems.cmake import CMakePackage, generator
    from spack_repo.builtin.build_systems.cuda import CudaPackage

    LANGUAGES = ("c", "cxx")  # since then, compilers are dependencies
except ImportError:
    from spack.build_systems import cmake

    LANGUAGES = ()


class Amt(CMakePackage, CudaPackage):
    """An MPI program that trains the Anticipatory Music Transformer on MIDI files and generates
    music with it; with a plug-in for NVIDIA GPUs."""

    # The clone that contains this recipe, four folders above cmake/spack/packages/amt.
    git = "file://" + os.path.realpath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 4))

    license("Apache-2.0")

    version("main", branch="main")

    variant(
        "slurm-tests",
        default=False,
        description="With --test, also run the tests that start amt, some of which start Slurm",
    )

    generator("ninja")

    for language in LANGUAGES:
        depends_on(language, type="build")
    depends_on("cmake@3.25:", type="build")

    depends_on("mpi@3:")
    depends_on("hdf5@1.10:")
    depends_on("boost@1.74: +program_options")
    depends_on("onednn@2.6:3")
    depends_on("openssl@1.1.1:")
    depends_on("xxhash@0.8:")
    depends_on("libarchive@3.4:")
    depends_on("zlib-api")
    depends_on("nlohmann-json@3.9:")
    depends_on("fmt@9:")

    depends_on("googletest@1.12:", type="test")
    depends_on("boost@1.74: +context", type="test")
    depends_on("slurm", type="test", when="+slurm-tests")

    with when("+cuda"):  # NCCL is not a variant, because the plug-in requires it
        depends_on("cuda@12:")
        depends_on("cudnn@9:")
        depends_on("nccl@2.18: +cuda")
        for arch in CudaPackage.cuda_arch_values:
            depends_on(f"nccl cuda_arch={arch}", when=f"cuda_arch={arch}")

    conflicts("cuda_arch=none", when="+cuda", msg="specify the GPUs, e.g. cuda_arch=90")
    conflicts("%gcc@:11", msg="amt uses C++20 and needs GCC 12 or newer")
    conflicts("%clang@:13", msg="amt uses C++20 and needs Clang 14 or newer")
    conflicts("platform=darwin", msg="amt supports only Linux")
    conflicts("platform=windows", msg="amt supports only Linux")

    def test_version(self):
        """the installed program prints its version and its libraries"""
        out = Executable(self.prefix.bin.amt)("--version", output=str.split, error=str.split)
        assert "amt " in out and "MPI" in out

    def test_manual(self):
        """the job scripts and manual pages are installed"""
        for path in ("share/amt/jobs/submit.sh", "share/man/man1/amt-train.1"):
            assert os.path.isfile(os.path.join(self.prefix, path)), path


class CMakeBuilder(cmake.CMakeBuilder):
    """How amt is configured and tested. The folder of the build is known only to a builder."""

    def cmake_args(self):
        args = [
            self.define_from_variant("AMT_CUDA", "cuda"),
            self.define("AMT_BUILD_TESTS", self.pkg.run_tests),
            self.define("HDF5_PREFER_PARALLEL", self.spec.satisfies("^hdf5+mpi")),
        ]
        if self.spec.satisfies("+cuda"):
            args += [
                self.define("CMAKE_CUDA_ARCHITECTURES", self.spec.variants["cuda_arch"].value),
                self.define("CUDNN_ROOT", self.spec["cudnn"].prefix),
                self.define("NCCL_ROOT", self.spec["nccl"].prefix),
            ]
        return args

    def check(self):
        """Runs the build's tests: with +slurm-tests all, else those that do not start amt."""
        label = [] if self.spec.satisfies("+slurm-tests") else ["-L", "fast"]
        ctest = Executable(self.spec["cmake"].prefix.bin.ctest)
        with working_dir(self.build_directory):
            ctest("--output-on-failure", "--no-tests=error", "-j", str(make_jobs), *label)
