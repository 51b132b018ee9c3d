// Provides a UTF-8 locale to libraries that interpret file names by the locale.
#pragma once

#include <locale.h>

namespace amt {

/// In the locale "C", libarchive drops names in a zip archive that are marked as UTF-8. This object
/// gives the calling thread a UTF-8 locale for its lifetime.
class Utf8Names {
 public:
  Utf8Names() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) before_ = ::uselocale(locale_);
  }
  ~Utf8Names() {
    if (locale_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(locale_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

}  // namespace amt
