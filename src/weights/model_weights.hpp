// All tensors of a model's folder, in whatever files they are: model.safetensors or else
// pytorch_model.bin, each in one file or in several with an index. If there is more than one of
// them, the first is taken in the order that Hugging Face's transformers has: model.safetensors,
// its index, pytorch_model.bin, its index. Local.
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

/// The file that is taken, if there is one. Error if that cannot be found out.
std::optional<std::filesystem::path> find_weights(const ModelPaths& paths);

class ModelWeights {
 public:
  /// Where a tensor is.
  struct Place {
    std::size_t file = 0;
    std::size_t tensor = 0;
  };
  /// What is wanted of it.
  struct Request {
    Place place;
    std::span<float> out;
    std::string_view same_as = {};  ///< as in TensorRequest
  };

  /// Opens all files. Error naming one and what is wrong with it; where an index and its files
  /// contradict each other, the index.
  explicit ModelWeights(const ModelPaths& paths);

  /// The file that names all others.
  const std::filesystem::path& path() const { return path_; }
  const std::map<std::string, Place, std::less<>>& places() const { return places_; }
  const TensorEntry& entry(const Place& place) const {
    return files_[place.file]->tensors()[place.tensor];
  }
  /// In one pass over each file.
  void read(std::span<const Request> requests);

 private:
  void open_shards();
  void add_file(const std::filesystem::path& path);

  std::filesystem::path path_;
  std::vector<std::unique_ptr<TensorFile>> files_;
  std::map<std::string, Place, std::less<>> places_;
};

}  // namespace amt
