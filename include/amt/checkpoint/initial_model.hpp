// Initial weights from an existing model: trainer.initialize_from.
#pragma once

#include <functional>
#include <span>
#include <string>

namespace amt {

/// Returns a function that fills a flat parameter buffer with the model that find_model() finds in
/// `source`, or null if `source` is empty. The model is not looked for until the function is
/// called.
std::function<void(std::span<float>)> initial_values(const std::string& source);

}  // namespace amt
