'use client';
import { PageError } from '../_ui/page-error.tsx';

export default PageError;
