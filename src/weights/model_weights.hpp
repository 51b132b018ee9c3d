// Reads all tensors in a model's folder, from model.safetensors or pytorch_model.bin, each as one
// file or as several with an index. If there is more than one of these, the first is used in the
// order of Hugging Face's transformers: model.safetensors, its index, pytorch_model.bin, its index.
// Local.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amt/weights/model_paths.hpp"
#include "tensor_file.hpp"

namespace amt {

/// Returns the file to read, if there is one. Throws Error if that cannot be determined.
std::optional<std::filesystem::path> find_weights(const ModelPaths& paths);

class ModelWeights {
 public:
  /// The location of a tensor.
  struct Place {
    std::size_t file = 0;
    std::size_t tensor = 0;
  };
  /// A request to read a tensor.
  struct Request {
    Place place;
    std::span<float> out;
    std::string_view same_as = {};  ///< as in TensorRequest
  };

  /// Opens all files. Throws an Error naming the file and the problem, or the index if it
  /// contradicts its files.
  explicit ModelWeights(const ModelPaths& paths);

  /// Returns the file with the weights, or the index.
  const std::filesystem::path& path() const { return path_; }
  const std::map<std::string, Place, std::less<>>& places() const { return places_; }
  const TensorEntry& entry(const Place& place) const {
    return files_[place.file]->tensors()[place.tensor];
  }
  /// Reads each file in a single pass.
  void read(std::span<const Request> requests);

 private:
  void open_shards();
  void add_file(const std::filesystem::path& path);

  std::filesystem::path path_;
  std::vector<std::unique_ptr<TensorFile>> files_;
  std::map<std::string, Place, std::less<>> places_;
};

}  // namespace amt
