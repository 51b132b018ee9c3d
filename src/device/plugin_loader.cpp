#include "amt/device/plugin_loader.hpp"

#include <dlfcn.h>
#include <fmt/core.h>

#include <array>
#include <cstdlib>

#include "amt/base/error.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "libamt_cuda.so";

fs::path program_folder() {
  std::error_code failed;
  return fs::read_symlink("/proc/self/exe", failed).parent_path();
}

bool is_file(const fs::path& path) {
  std::error_code failed;
  return fs::is_regular_file(path, failed);
}

/// The text of dlerror() includes the name of a missing library.
Error loading_error(const fs::path& file) {
  const char* text = dlerror();
  return Error(
      fmt::format("cannot load {}: {}; install the missing library, or add its folder to "
                  "LD_LIBRARY_PATH",
                  file.string(), text == nullptr ? "unknown error" : text));
}

}  // namespace

fs::path find_plugin() {
  const char* named = std::getenv(kPluginVariable);
  if (named != nullptr && *named != '\0') {
    // Given a name without a slash, dlopen would search the library path.
    if (is_file(named)) return fs::absolute(named);
    throw Error(fmt::format("{} is {}, which is not a file; set it to the path of {}, or unset it",
                            kPluginVariable, named, kFile));
  }
  const fs::path program = program_folder();
  const std::array places = {program.parent_path() / "lib" / kFile, program / kFile};
  for (const fs::path& place : places) {
    if (is_file(place)) return place;
  }
  throw Error(fmt::format(
      "no CUDA plug-in found: neither {} nor {} exists; build it (cmake -DAMT_CUDA=ON) or "
      "set {} to its path",
      places[0].string(), places[1].string(), kPluginVariable));
}

const cuda::Plugin& load_plugin(const fs::path& file) {
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) throw loading_error(file);
  void* symbol = dlsym(library, "amt_cuda_plugin");
  if (symbol == nullptr) {
    dlclose(library);
    throw Error(
        fmt::format("{} is not an amt plug-in: it has no symbol amt_cuda_plugin", file.string()));
  }
  const cuda::Plugin& plugin = *reinterpret_cast<cuda::PluginEntry>(symbol)();
  if (plugin.boundary != AMT_PLUGIN_BOUNDARY) {
    throw Error(
        fmt::format("{} was built from different sources than this program; build both from the "
                    "same sources",
                    file.string()));
  }
  plugin.attach({&activity_state(), &log_identity_state()});
  return plugin;
}

bool has_driver() {
  void* driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (driver != nullptr) dlclose(driver);
  return driver != nullptr;
}

}  // namespace amt
