// Finds the CUDA plug-in and loads it. Local; needs neither CUDA nor MPI.
#pragma once

#include <filesystem>

#include "amt/cuda/plugin.hpp"

namespace amt {

/// Environment variable with the path of the plug-in; if it is set, no other file is tried.
inline constexpr const char* kPluginVariable = "AMT_CUDA_PLUGIN";

/// Returns the file named by kPluginVariable, otherwise libamt_cuda.so in ../lib relative to the
/// program's folder or in that folder itself. Throws an Error that lists the places tried if there
/// is none.
std::filesystem::path find_plugin();

/// Loads the plug-in, which stays loaded for the life of the process. Throws a one-line Error if it
/// cannot be loaded (because a library is missing), is not a plug-in, or was built from different
/// headers.
const cuda::Plugin& load_plugin(const std::filesystem::path& file);

/// Returns false if the driver's library is missing, so that the plug-in would find no device. Much
/// cheaper than loading the plug-in's libraries.
bool has_driver();

}  // namespace amt
