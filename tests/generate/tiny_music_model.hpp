// The small model of the recorded generation runs.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <vector>

#include "amt/cpu/cpu_ops.hpp"
#include "amt/model/decoder.hpp"
#include "amt/weights/hugging_face.hpp"
#include "support/golden.hpp"

namespace amt::test {

/// Returns the folder of recorded runs, or $AMT_GOLDEN_GENERATION_DIR.
inline std::filesystem::path golden_generation_dir() {
  const char* other = std::getenv("AMT_GOLDEN_GENERATION_DIR");
  return other != nullptr ? std::filesystem::path(other) : golden_dir() / "generation";
}

struct TinyMusicModel {
  TinyMusicModel() {
    std::vector<float> values(static_cast<std::size_t>(source.layout().total()));
    source.read(values);
    model.set_parameters(values);
  }
  std::unique_ptr<Ops> ops = make_cpu_ops(1, Precision::kF32);
  HuggingFaceModel source{golden_generation_dir() / "model"};
  Model model{*ops, source.config(), 1, Purpose::kInference};
};

}  // namespace amt::test
