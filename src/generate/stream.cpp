#include "stream.hpp"

#include <unistd.h>

#include <algorithm>
#include <span>

#include "amt/base/files.hpp"
#include "output.hpp"

namespace amt {

void NoteStream::print(const Events& drawn) {
  Events fresh;
  std::ranges::copy_if(std::span(drawn).subspan(printed_), std::back_inserter(fresh),
                       [](const Event& event) { return event.note != kRest; });
  printed_ = drawn.size();
  if (fresh.empty()) return;
  // Bypasses all buffers, because a listener waits for the line.
  const std::string lines = text_of(fresh);
  write_all(STDOUT_FILENO, std::as_bytes(std::span(lines)), "standard output");
  if (first_ > 0) return;
  first_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

}  // namespace amt
