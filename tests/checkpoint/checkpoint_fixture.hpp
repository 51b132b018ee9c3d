// A run folder with small checkpoints.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "amt/base/error.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/run/configuration.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_training.hpp"

namespace amt {

class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest() { write_configuration(paths_, ""); }
  /// Returns a checkpoint whose numbers depend on the step. Padding is 0, as in a real one.
  Checkpoint make(std::int64_t step) const {
    Checkpoint checkpoint;
    checkpoint.state.step = step;
    checkpoint.state.updates = step;
    checkpoint.state.next_row = static_cast<std::uint64_t>(step) * 12;
    float value = static_cast<float>(step);
    for (auto* all :
         {&checkpoint.parameters, &checkpoint.first_moment, &checkpoint.second_moment}) {
      all->assign(static_cast<std::size_t>(layout_.total()), 0.0f);
      for (const ParameterInfo& parameter : layout_.all()) {
        for (std::int64_t i = 0; i < parameter.size; ++i) {
          (*all)[static_cast<std::size_t>(parameter.offset + i)] = value += 0.25f;
        }
      }
    }
    return checkpoint;
  }
  void save(std::int64_t step, Keep keep = Keep::kRolling) const {
    save_checkpoint(paths_, config_, layout_, make(step), keep);
  }
  std::string refusal_of_all() const {
    return test::refusal<Error>([this] { find_checkpoint(paths_); });
  }
  /// Changes one byte in the middle of a file.
  void damage(const std::filesystem::path& path) const {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(path) / 2);
    file.seekg(middle);
    const int byte = file.get();
    file.seekp(middle);
    file.put(static_cast<char>(byte ^ 1));
  }

  test::TemporaryFolder folder_;
  RunPaths paths_{folder_.path()};
  ModelConfig config_ = test::tiny_model();
  ParameterLayout layout_{config_};
};

}  // namespace amt
