# SPDX-License-Identifier: Apache-2.0
"""Recipe for Spack: docs/install.md, "Spack"."""

import os

from spack.package import *

try:  # since Spack 1.0 the build systems belong to the repository of recipes
    from spack_repo.builtin.build_systems.cmake import CMakePackage, generator
    from spack_repo.builtin.build_systems.cuda import CudaPackage

    LANGUAGES = ("c", "cxx")  # and compilers are dependencies
except ImportError:
    LANGUAGES = ()


class Amt(CMakePackage, CudaPackage):
    """MIDI files to a trained Anticipatory Music Transformer, and the model to new music: one MPI
    program, with a plug-in for NVIDIA GPUs."""

    # The clone that this recipe stands in: cmake/spack/packages/amt is four folders below it.
    git = "file://" + os.path.realpath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 4))

    license("Apache-2.0")

    version("main", branch="main")

    variant(
        "slurm-tests",
        default=False,
        description="With --test: the tests that start amt, of which some start a Slurm",
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

    with when("+cuda"):  # there is no plug-in without NCCL, so that it is no variant
        depends_on("cuda@12:")
        depends_on("cudnn@9:")
        depends_on("nccl@2.18: +cuda")
        for arch in CudaPackage.cuda_arch_values:
            depends_on(f"nccl cuda_arch={arch}", when=f"cuda_arch={arch}")

    conflicts("cuda_arch=none", when="+cuda", msg="name the GPUs, e.g. cuda_arch=90")
    conflicts("%gcc@:11", msg="amt is C++20: GCC 12 or newer")
    conflicts("%clang@:13", msg="amt is C++20: Clang 14 or newer")
    conflicts("platform=darwin", msg="amt is for Linux")
    conflicts("platform=windows", msg="amt is for Linux")

    def cmake_args(self):
        args = [
            self.define_from_variant("AMT_CUDA", "cuda"),
            self.define("AMT_BUILD_TESTS", self.run_tests),
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
        """The tests of the build: those that start no amt, or all."""
        label = [] if self.spec.satisfies("+slurm-tests") else ["-L", "fast"]
        ctest = Executable(self.spec["cmake"].prefix.bin.ctest)
        with working_dir(self.build_directory):
            ctest("--output-on-failure", "--no-tests=error", "-j", str(make_jobs), *label)

    def test_version(self):
        """the installed program names itself and its libraries"""
        out = Executable(self.prefix.bin.amt)("--version", output=str.split, error=str.split)
        assert "amt " in out and "MPI" in out

    def test_manual(self):
        """the job scripts and manual pages are there"""
        for path in ("share/amt/jobs/submit.sh", "share/man/man1/amt-train.1"):
            assert os.path.isfile(os.path.join(self.prefix, path)), path
