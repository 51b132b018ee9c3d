// What the GPU tests test: the plug-in on device rank_on_host, or a stand-in for it, so that the
// tests are tested where there is no GPU.
#pragma once

#include <memory>
#include <string>

#include "amt/cuda/plugin.hpp"

namespace amt::test {

/// "cpu-bf16": the CPU's Ops in bf16 are tested in place of the GPU's. Unset: the plug-in's.
inline constexpr const char* kStandInVariable = "AMT_GPU_TEST_STANDIN";

/// Why nothing can be tested here, as the plug-in says it; "" if it can.
const std::string& no_device();

/// The plug-in; null with a stand-in.
const cuda::Plugin* plugin();

/// The Ops under test. A stand-in has one attention only.
std::unique_ptr<Ops> make_tested_ops(cuda::Attention attention = cuda::Attention::kAuto);

}  // namespace amt::test
