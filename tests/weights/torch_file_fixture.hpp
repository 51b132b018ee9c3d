// Fixture with a torch file that tests can write, and the error that reading it gives.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "amt/base/files.hpp"
#include "src/weights/torch_file.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "torch_builder.hpp"

namespace amt::test {

inline const std::string kSix = bytes_of<float>({1, 2, 3, 4, 5, 6});

inline TorchTensor six(const std::string& name = "a") { return {name, {2, 3}, {3, 1}, "0", 6}; }

class TorchFileTest : public testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "x.bin"; }
  void write(const std::string& bytes) const { write_file_atomically(path(), bytes); }

  /// Returns the error from opening the file and reading all its tensors, which must be one line
  /// that names the file; "" if there is none.
  std::string refusal() const {
    const std::string message = test::refusal<Error>([&] {
      TorchFile file(path());
      std::vector<std::vector<float>> values;
      std::vector<TensorRequest> requests;
      for (std::size_t i = 0; i < file.tensors().size(); ++i) {
        values.emplace_back(file.tensors()[i].elements);
        requests.push_back({i, values.back()});
      }
      file.read(requests);
    });
    if (message.empty()) return message;
    EXPECT_TRUE(says(message, {"x.bin"}));
    EXPECT_LT(message.size(), 500u) << message;
    return message;
  }
  void expect_refusal(std::initializer_list<std::string_view> names) const {
    EXPECT_TRUE(says(refusal(), names));
  }
  /// Does the same for a zip archive with this pickle and one storage, "0", of 6 floats.
  std::string refusal_of(const std::string& pickle) const {
    write(torch_zip(pickle, {{"0", kSix}}));
    return refusal();
  }
  void expect_refusal_of(const std::string& pickle,
                         std::initializer_list<std::string_view> names) const {
    EXPECT_TRUE(says(refusal_of(pickle), names));
  }
  std::vector<float> values(const std::string& name) const {
    TorchFile file(path());
    const auto it = std::ranges::find(file.tensors(), name, &TensorEntry::name);
    if (it == file.tensors().end()) return {};
    std::vector<float> out(it->elements);
    const TensorRequest request{static_cast<std::size_t>(it - file.tensors().begin()), out};
    file.read(std::span(&request, 1));
    return out;
  }

  test::TemporaryFolder folder_;
};

}  // namespace amt::test
