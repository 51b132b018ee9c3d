// Training that starts from an existing model instead of random weights: trainer.initialize_from.
#pragma once

#include <functional>
#include <span>
#include <string>

namespace amt {

/// A function that fills a flat parameter buffer with the model that find_model() finds in
/// `source`, looking for it only when it is called; null if `source` is empty.
std::function<void(std::span<float>)> initial_values(const std::string& source);

}  // namespace amt
