// What a call that is to be refused says.
#pragma once

#include <functional>
#include <string>

#include "amt/base/error.hpp"

namespace amt::test {

/// The text of the E that `work` throws, "" if it throws nothing. Other exceptions pass.
template <class E>
std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const E& error) {
    return error.what();
  }
  return "";
}

}  // namespace amt::test
