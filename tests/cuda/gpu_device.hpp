// What the GPU tests run on: the plug-in on device rank_on_host, or a stand-in, so that the tests
// themselves can be checked without a GPU.
#pragma once

#include <memory>
#include <string>

#include "amt/cuda/plugin.hpp"

namespace amt::test {

/// "cpu-bf16": test the CPU's Ops in bf16 instead of the GPU's. Unset: test the plug-in.
inline constexpr const char* kStandInVariable = "AMT_GPU_TEST_STANDIN";

/// Returns why nothing can be tested here, as reported by the plug-in; "" if it can.
const std::string& no_device();

/// Returns the plug-in; null with a stand-in.
const cuda::Plugin* plugin();

/// Returns the Ops under test. A stand-in has only one attention.
std::unique_ptr<Ops> make_tested_ops(cuda::Attention attention = cuda::Attention::kAuto);

}  // namespace amt::test
