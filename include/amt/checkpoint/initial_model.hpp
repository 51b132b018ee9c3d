// Training that starts from an existing model in place of random weights: trainer.initialize_from.
#pragma once

#include <functional>
#include <span>
#include <string>

namespace amt {

/// Fills a flat parameter buffer from what find_model() finds in `source`, when it is called and
/// not before; null if `source` is empty.
std::function<void(std::span<float>)> initial_values(const std::string& source);

}  // namespace amt
