'use client';
import { type RefObject, useLayoutEffect, useState } from 'react';

/** How far below the top of the page an element begins: the virtualizer counts from there. */
export function useScrollMargin(element: RefObject<HTMLElement | null>): number {
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setMargin((element.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    measure();
    // Banners and wrapped toolbars move the list.
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element]);
  return margin;
}
